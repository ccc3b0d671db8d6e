import { channel } from 'node:diagnostics_channel'

const SIGNS = channel('desirepath:sign-of-life')

/** Says that work which waits for others was given something: an answer, a piece of output. */
export const giveSignOfLife = (): void => SIGNS.publish(undefined)

/** Whoever watches over work of this process hears each sign of it, wherever it is given. */
export const hearSignsOfLife = (hear: () => void): void => SIGNS.subscribe(hear)
