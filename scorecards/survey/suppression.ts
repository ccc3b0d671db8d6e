import { compareText } from '#lib/order.ts'

/** The answers of a group to one figure. */
export interface Answers {
  readonly n: number
  /** The different ones among them, as far as the figure tells them apart; none if it tells none. */
  readonly kinds: ReadonlySet<unknown>
}

/** A group beside others under one parent. */
export interface Sibling {
  readonly id: string
  /** People who were asked, which is no secret. Null when nobody knows. */
  readonly invited: number | null
  /** Who gives way first when one has to: the lowest. Drawn by lot, and a secret. */
  readonly turn: number
  /** One for each figure, for all siblings in the same order. */
  readonly figures: readonly Answers[]
}

export interface Concealment {
  /** Ids of hidden groups, in order; those without any answer are among them. */
  readonly groups: readonly string[]
  /** Of these the groups of which it may be said that nobody answered. */
  readonly silent: readonly string[]
  /** By figure: whether the sum over all groups is hidden as well. */
  readonly parents: readonly boolean[]
}

/**
 * Which groups are hidden, in all figures alike: those with fewer than `k` answers in one of them, or
 * whose answers are all equal, those `forced`, and as many more as it takes that nothing hidden can be
 * worked out from the parent and the rest. Without answers there is nothing to hide, and nothing to
 * hide behind; but of fewer than `k` people it is not even said that they were silent, and they count
 * as if they were not: of the only one it would otherwise be known that they answered.
 *
 * A figure with fewer than `k` answers over all groups, or whose answers are all equal, is hidden
 * everywhere and decides nothing about the others; without any other, all groups are hidden.
 *
 * Which group gives way next goes by lot. Whoever knows that it is the smallest takes the size of the
 * smallest group shown as a limit on the hidden; any rule that all know tells which of the hidden are
 * small, and so limits them too.
 */
export function conceal(
  siblings: readonly Sibling[],
  k: number,
  forced: ReadonlySet<string> = new Set(),
): Concealment {
  const figures = siblings[0]?.figures.map((_, index) => columnOf(siblings, index)) ?? []
  const live = figures.filter((cells) => !isHiddenWhole(cells, k))
  const isUnsafeAlone = ({ id, figures: own }: Sibling) =>
    live.length === 0 ||
    own.every(({ n }) => n === 0) ||
    forced.has(id) ||
    live.some((cells) => isTelling(cells.get(id), k))
  const hidden = siblings.filter(isUnsafeAlone)
  const visible = siblings.filter((one) => !isUnsafeAlone(one)).toSorted(byLot)
  const isApart = (cells: Cells) => areApart(membersOf(hidden, cells, k), k)
  while (visible.length > 0 && !live.every((cells) => isApart(cells)))
    hidden.push(...visible.splice(0, 1))
  const isToldBy = (cells: Cells) =>
    hidden.some(({ id }) => isTelling(cells.get(id), k)) &&
    (!isApart(cells) || areTold(membersOf(hidden, cells, k), k))
  const told = new Set(live.filter(isToldBy))
  return {
    groups: idsOf(told.size > 0 ? siblings : hidden),
    silent: idsOf(hidden.filter((one) => isSilent(one, k))),
    parents: figures.map((cells) => isHiddenWhole(cells, k) || told.has(cells)),
  }
}

/** By group. */
type Cells = ReadonlyMap<string, Answers>

const columnOf = (siblings: readonly Sibling[], index: number): Cells =>
  new Map(siblings.map(({ id, figures }) => [id, figures[index] ?? NONE]))

const NONE: Answers = { n: 0, kinds: new Set() }

const totalOf = (answers: Iterable<Answers>) => [...answers].reduce((sum, { n }) => sum + n, 0)

const kindsOf = (answers: Iterable<Answers>) =>
  new Set([...answers].flatMap(({ kinds }) => [...kinds]))

const isHiddenWhole = (cells: Cells, k: number) =>
  totalOf(cells.values()) < k || kindsOf(cells.values()).size === 1

const idsOf = (siblings: readonly Sibling[]) => siblings.map(({ id }) => id).toSorted(compareText)

const isNeverShown = ({ invited }: Sibling, k: number) => invited !== null && invited < k

const isSilent = (sibling: Sibling, k: number) =>
  !isNeverShown(sibling, k) && sibling.figures.every(({ n }) => n === 0)

/** Whether to show them would tell what single people answered. */
const isTelling = (answers: Answers | undefined, k: number) =>
  answers !== undefined && answers.n > 0 && (answers.n < k || answers.kinds.size === 1)

const byLot = (a: Sibling, b: Sibling) => a.turn - b.turn || compareText(a.id, b.id)

/** A hidden group with what it answered. */
interface Member extends Answers {
  /** Null when nobody knows. */
  readonly invited: number | null
}

/** The hidden among whom answers can lie, for whoever knows only the groups that were silent. */
const membersOf = (hidden: readonly Sibling[], cells: Cells, k: number): Member[] =>
  hidden.flatMap((one) => {
    const answers = cells.get(one.id) ?? NONE
    return answers.n > 0 || isNeverShown(one, k) ? [{ ...answers, invited: one.invited }] : []
  })

/** The sum over the hidden, which all can work out, is over two groups and `k` answers at least. */
const areApart = (members: readonly Member[], k: number) =>
  members.length === 0 ||
  (members.length > 1 && totalOf(members) >= k && kindsOf(members).size !== 1)

/**
 * Whether the hidden can have come to their sum in one way only: each has as few answers as it can
 * have, or each as many as it can and still be small, or so few of the people asked kept silent that
 * it is clear of which group.
 */
function areTold(members: readonly Member[], k: number): boolean {
  if (members.length === 0) return false
  const total = totalOf(members)
  const invited = members.map((one) => one.invited ?? Number.POSITIVE_INFINITY)
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  const least = sum(invited.map((people) => (people < k ? 0 : 1)))
  const mostSmall = sum(invited.map((people) => Math.min(k - 1, people)))
  const keptSilent = sum(invited) - total
  return (
    total === least || total === mostSmall || keptSilent < Math.max(2, Math.min(...invited) - k + 2)
  )
}

/**
 * Whether the answers of the first figure may also be summed by a second grouping that each group lies
 * within one part of: in every part the hidden must be safe.
 */
export function mayBeSplit(
  parts: Iterable<readonly Sibling[]>,
  k: number,
  hidden: ReadonlySet<string>,
): boolean {
  return [...parts].every((part) => {
    const unseen = part.filter(({ id }) => hidden.has(id))
    const members = membersOf(unseen, columnOf(part, 0), k)
    return areApart(members, k) && !areTold(members, k)
  })
}
