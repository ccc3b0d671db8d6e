import type { SurveysSource } from '#collectors/surveys/collector.ts'
import type { SourceConfig } from '#lib/config.ts'

export const toSurveys = ({
  id: sourceId,
  path: folder,
  surveys,
}: Extract<SourceConfig, { kind: 'surveys' }>): SurveysSource => ({ sourceId, folder, surveys })
