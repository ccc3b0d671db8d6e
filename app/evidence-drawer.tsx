import { cellWords } from '#app/cell-words.ts'
import { findDefinition } from '#app/definitions.ts'
import { Drawer } from '#app/drawer.client.tsx'
import { findFigure } from '#app/find-figure.ts'
import { Link } from '#app/link.tsx'
import { OpenedFigure } from '#app/opened-figure.tsx'
import { type FigureName, readParameters, type Search } from '#app/url-state.ts'
import { hereWith, metricAddress, type View } from '#app/view.ts'

/** The rows behind the number that the address names; nothing when it names none. */
export async function EvidenceDrawer({ view, search }: { view: View; search: Search }) {
  const { ev, evtab } = readParameters(search)
  const definition = ev === null ? undefined : findDefinition(ev.metricId)
  if (ev === null || definition === undefined) return null
  const { metricId, scope } = ev
  const named = cellWords({ parameters: ev.cell ?? {} })
  const found = await findFigure(view, ev)
  const tab = evtab ?? 'counted'
  return (
    <Drawer closeHref={hereWith(view, {})} labelledBy="drawer-title">
      <div className="flex items-baseline justify-between gap-4">
        <h2 id="drawer-title">{[definition.name, named].filter(Boolean).join(': ')}</h2>
        <Link className="control" href={hereWith(view, {})} scroll={false}>
          Close
        </Link>
      </div>
      <p className="small mt-1">{definition.definition}</p>
      {found === undefined ? (
        <p className="mt-6">This was not measured here.</p>
      ) : (
        <OpenedFigure
          result={found}
          window={ev.window}
          view={view}
          tabs={{ chosen: tab, href: (evtab) => tabHref(view, ev, evtab) }}
        />
      )}
      <p className="mt-8">
        <Link href={metricAddress(view, metricId, scope)}>All of it on its own page</Link>
      </p>
    </Drawer>
  )
}

const tabHref = (view: View, ev: FigureName, evtab: string) => hereWith(view, { ev, evtab })
