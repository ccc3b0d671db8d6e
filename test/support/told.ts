import {
  saveToldDeployments,
  type ToldDeployment,
  type ToldPlace,
  UNTOLD,
} from '#collectors/told-deployment.ts'
import type { Database } from '#db/connection.ts'
import { TIER_RULES } from '#lib/environment-tier.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
export const NAMING = { names: '{service}-{environment}', environments: TIER_RULES }

export const aPlace = (name: string, place: Partial<ToldPlace> = {}): ToldPlace => ({
  name,
  service: null,
  environment: null,
  around: [],
  ...place,
})

/** A success of `shop-prod`, told without a commit. */
export const aTold = (id: string, told: Partial<ToldDeployment> = {}): ToldDeployment => ({
  row: {
    ...UNTOLD,
    native_id: id,
    version: null,
    created_at: NOW.toISOString(),
    finished_at: NOW.toISOString(),
    outcome: 'success',
    initiator_kind: 'bot',
  },
  place: aPlace('shop-prod'),
  commits: [],
  imageTags: [],
  unless: [],
  ...told,
})

/** Stores what Argo CD told. */
export const saveTold = (db: Database, ...told: ToldDeployment[]) =>
  saveToldDeployments(db, { sourceId: 'argo', naming: NAMING, observedAt: NOW }, told)
