import type { Migration } from 'kysely/migration'
import * as neutralModel from '#db/migrations/2026-11-24-neutral-model.ts'
import * as surveyPublications from '#db/migrations/2026-11-25-survey-publications.ts'
import * as indexes from '#db/migrations/2026-11-29-indexes.ts'
import * as namedByOthers from '#db/migrations/2026-11-29-named-by-others.ts'
import * as receivedEvents from '#db/migrations/2026-11-29-received-events.ts'
import * as removedAtSource from '#db/migrations/2026-11-29-removed-at-source.ts'
import * as surveyUnmappedGroups from '#db/migrations/2026-11-29-survey-unmapped-groups.ts'
import * as timesOfRequests from '#db/migrations/2026-11-29-times-of-requests.ts'
import * as toldCauses from '#db/migrations/2026-11-29-told-causes.ts'
import * as deliveryByQuarter from '#db/migrations/2026-11-30-delivery-by-quarter.ts'
import * as environmentEvents from '#db/migrations/2026-11-30-environment-events.ts'
import * as keysOfCauses from '#db/migrations/2026-11-30-keys-of-causes.ts'
import * as stepsOfChanges from '#db/migrations/2026-11-30-steps-of-changes.ts'
import * as ticketSeverity from '#db/migrations/2026-11-30-ticket-severity.ts'
import * as ticketsOfPaths from '#db/migrations/2026-11-30-tickets-of-paths.ts'
import * as toldServices from '#db/migrations/2026-11-30-told-services.ts'
import * as windowsOfTeams from '#db/migrations/2026-11-30-windows-of-teams.ts'
import * as withKeysOfLongCommits from '#db/migrations/2026-11-30-with-keys-of-long-commits.ts'
import * as withKeysOfSentChanges from '#db/migrations/2026-11-30-with-keys-of-sent-changes.ts'
import * as withoutDeletedEnvironments from '#db/migrations/2026-11-30-without-deleted-environments.ts'
import * as wordsOfSealedQuarters from '#db/migrations/2026-11-30-words-of-sealed-quarters.ts'
import * as whereIssuesAre from '#db/migrations/2026-11-30-x-where-issues-are.ts'
import * as formerNames from '#db/migrations/2026-11-30-y-former-names.ts'

/** Every migration, by name, in the order they run. Append only. */
export const migrations: Record<string, Migration> = {
  '2026-11-24-neutral-model': neutralModel,
  '2026-11-25-survey-publications': surveyPublications,
  '2026-11-29-indexes': indexes,
  '2026-11-29-named-by-others': namedByOthers,
  '2026-11-29-received-events': receivedEvents,
  '2026-11-29-removed-at-source': removedAtSource,
  '2026-11-29-survey-unmapped-groups': surveyUnmappedGroups,
  '2026-11-29-times-of-requests': timesOfRequests,
  '2026-11-29-told-causes': toldCauses,
  '2026-11-30-delivery-by-quarter': deliveryByQuarter,
  '2026-11-30-environment-events': environmentEvents,
  '2026-11-30-keys-of-causes': keysOfCauses,
  '2026-11-30-steps-of-changes': stepsOfChanges,
  '2026-11-30-ticket-severity': ticketSeverity,
  '2026-11-30-tickets-of-paths': ticketsOfPaths,
  '2026-11-30-told-services': toldServices,
  '2026-11-30-windows-of-teams': windowsOfTeams,
  '2026-11-30-with-keys-of-long-commits': withKeysOfLongCommits,
  '2026-11-30-with-keys-of-sent-changes': withKeysOfSentChanges,
  '2026-11-30-without-deleted-environments': withoutDeletedEnvironments,
  '2026-11-30-words-of-sealed-quarters': wordsOfSealedQuarters,
  '2026-11-30-x-where-issues-are': whereIssuesAre,
  '2026-11-30-y-former-names': formerNames,
}
