/** How a person calls us where `npm install` ran; the bare name is not on the PATH. */
export const COMMAND = 'npx desirepath'
