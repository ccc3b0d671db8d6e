import type { Computed, EvidenceKind, TableMetric } from '#scorecards/measure.ts'
import { proportionOf } from '#scorecards/proportion.ts'
import { isTooFew, THEMES, type Theme, type WaveSpan } from '#scorecards/survey/answers.ts'

export interface CodedComment {
  readonly id: string
  /** What it is about; none of the themes: empty. Null when nobody has coded it. */
  readonly themes: readonly Theme[] | null
}

export interface CommentThemes extends WaveSpan {
  readonly comments: readonly CodedComment[]
}

export const commentThemeShare: TableMetric<CommentThemes> = {
  definition: {
    id: 'SAT-04',
    key: 'comment_theme_share',
    name: 'Comment themes',
    area: 'satisfaction',
    unit: 'fraction of comments',
    direction: 'none',
    toldOf: 'wave',
    definition:
      `The share of comments that are about each theme: ${THEMES.join(', ')}. One comment can be ` +
      'about several.',
    formula: 'comments about the theme / coded comments, one result for each theme',
    eligibleSet: 'Comments of a survey wave about the path.',
    window: 'One closed survey wave.',
    minimumSample:
      'Eight coded comments to show the table. Words of a comment: above eight comments, where the ' +
      'writer allowed it, without names and services.',
    missingData:
      'A comment that nobody has coded is left out and reported with bounds; more than 20 % of ' +
      'them: source_partial. With fewer than eight coded comments neither shares nor count are shown.',
    interval: 'Wilson score, 95 %, for each share.',
    bands: 'None.',
    misleadsWhen: 'A loud minority writes most; coding by keywords takes a word for its sense.',
    guardrails: ['SAT-05'],
    version: '1.0.0',
  },
  windowDays: 91,

  computeCells: (input) => THEMES.map((theme) => ofTheme(theme, input)),
}

function ofTheme(theme: Theme, { wave, k, comments }: CommentThemes): Computed {
  const rows = comments.map((comment) => ({ id: comment.id, kind: setOf(comment, theme) }))
  const result = proportionOf(rows, { cutPoints: null, valueFrom: 1, bandFrom: 1 })
  return {
    ...result,
    isSuppressed: isTooFew(result.n, k),
    window: wave,
    parameters: { theme, k },
  }
}

function setOf({ themes }: CodedComment, theme: Theme): EvidenceKind {
  if (themes === null) return 'unknown'
  return themes.includes(theme) ? 'counted' : 'not_counted'
}
