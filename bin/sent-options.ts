import { type ArgoCdCollectorOptions, toRules } from '#collectors/argocd/collector.ts'
import { argoCdNotification } from '#collectors/argocd/notification.ts'
import type { SentOptions } from '#collectors/events/reader.ts'
import type { EventTickets } from '#collectors/events/tickets.ts'
import { fluxEvent } from '#collectors/flux/event.ts'
import type { Naming } from '#collectors/told-deployment.ts'

interface Sent extends Naming {
  readonly sourceId: string
  readonly tickets: EventTickets | null
  /** The source that notifications of Argo CD are stored under, as it reads them; null: under none. */
  readonly argoCd: ArgoCdCollectorOptions | null
}

/** How what was sent for a source is read, what tools that deploy tell included. */
export function toSentOptions({ sourceId, tickets, argoCd, ...naming }: Sent): SentOptions {
  return {
    sourceId,
    tiers: naming.environments,
    tickets,
    tools: {
      flux: { event: fluxEvent, sourceId, naming },
      ...(argoCd && {
        argocd: {
          event: argoCdNotification(toRules(argoCd)),
          sourceId: argoCd.sourceId,
          naming: argoCd,
        },
      }),
    },
  }
}
