import {
  type DesirePath,
  desirePathSentence,
  type Station,
  type Track,
} from '#app/desire-path/desire-path.ts'
import { drawDesirePath, WIDTH } from '#app/desire-path/geometry.ts'
import { FigureLink } from '#app/figure.tsx'
import { formatCount, formatCountOf, formatPercent } from '#app/format.ts'

/**
 * The paved way of a golden path and the tracks that people wear beside it, each as wide as the teams
 * or the work on it. All of its words are text beside the drawing, so nothing is lost without it.
 */
export function DesirePathFigure({
  path,
  name,
  rowsHref,
}: {
  path: DesirePath
  name: string
  /** Where the teams behind a station, or the work behind a track, are listed. */
  rowsHref: (metricId: string) => string
}) {
  const drawing = drawDesirePath(path)
  const [eligible] = path.stations
  return (
    <figure className="desire" aria-label={`The ways that teams take: ${name}`}>
      <ol className="stations">
        {path.stations.map((station, index) => (
          <li key={station.key}>
            <span className="teams">
              <FigureLink href={rowsHref('ADO-02')}>{formatCount(station.teams)}</FigureLink>
            </span>
            <span className="station-name">{station.label}</span>
            <span className="note">{stepWords(station, path.stations[index - 1], eligible)}</span>
          </li>
        ))}
      </ol>
      <div className="ground" style={{ height: drawing.height }}>
        <svg
          viewBox={`0 0 ${WIDTH} ${drawing.height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <defs>
            <linearGradient id="paving">
              <stop offset="0.04" className="paving-start" />
              <stop offset="0.6" className="paving-end" />
            </linearGradient>
            <linearGradient id="running-out">
              <stop offset="0.35" stopColor="#fff" />
              <stop offset="1" stopColor="#fff" stopOpacity="0.12" />
            </linearGradient>
            <mask id="fading" maskContentUnits="objectBoundingBox">
              <rect width="1" height="1" fill="url(#running-out)" />
            </mask>
            <pattern id="joints" width="31" height="26" patternUnits="userSpaceOnUse">
              <path d="M0 0V13M15.5 13V26M0 13H31M0 0H31" className="joint" />
            </pattern>
            <pattern id="ordered" width="7" height="7" patternUnits="userSpaceOnUse">
              <path d="M0 7L7 0" className="ordered" />
            </pattern>
          </defs>
          <path className="tufts" d={TUFTS} />
          {drawing.tracks.map(({ key, d, thickness }) => (
            <g key={key} className={`track track-${key}`}>
              <path className="worn" d={d} strokeWidth={thickness} />
              {thickness > 6 && <path className="steps" d={d} />}
            </g>
          ))}
          {drawing.leavers.map(({ key, d }) => (
            <path key={key} className={`leaver leaver-${key}`} d={d} mask="url(#fading)" />
          ))}
          <path d={drawing.paved} fill="url(#paving)" />
          {drawing.mandated !== null && (
            <>
              <path className="held" d={drawing.mandated} />
              <path d={drawing.mandated} fill="url(#ordered)" />
            </>
          )}
          <path d={drawing.paved} fill="url(#joints)" />
        </svg>
        <ul>
          {path.leavers.map(({ key, teams, label }, index) => {
            const place = drawing.leavers[index]
            return (
              <li
                key={key}
                className="way-name leaver-name max-md:hidden"
                style={{ left: `${(place?.left ?? 0) / 10}%`, top: place?.bottom }}
              >
                {formatCount(teams)} {label}
              </li>
            )
          })}
          {path.tracks.map((track, index) => (
            <TrackName
              key={track.key}
              track={track}
              top={(drawing.tracks[index]?.top ?? 0) - (drawing.tracks[index]?.thickness ?? 0) / 2}
              href={rowsHref(ROWS[track.key])}
            />
          ))}
        </ul>
      </div>
      <ul className="note mt-2 flex flex-wrap gap-x-4 md:hidden">
        {path.leavers.map(({ key, teams, label }) => (
          <li key={key}>
            {formatCount(teams)} {label}
          </li>
        ))}
      </ul>
      <figcaption>
        {desirePathSentence(path)}{' '}
        <span className="note">
          {path.stations.some(({ mandated }) => (mandated ?? 0) > 0) &&
            'The hatched part of the way is walked under a mandate. '}
          Widths are shares: the paved way of the eligible teams, a track of the work, services or
          teams that it names.
        </span>
      </figcaption>
    </figure>
  )
}

/** Which figure lists what a track is made of. */
const ROWS: Readonly<Record<Track['key'], string>> = {
  parallel: 'ADO-04',
  manual: 'ADO-04',
  other: 'ADO-04',
  drift: 'ADO-10',
  exception: 'GOV-05',
}

function TrackName({ track, top, href }: { track: Track; top: number; href: string }) {
  return (
    <li className="way-name" style={{ left: '9%', top }}>
      <FigureLink href={href}>{formatPercent(track.share, null)}</FigureLink> {track.name}{' '}
      <span className="note">{track.counts}</span>
    </li>
  )
}

/** How many of the station before went on, and how many of all came so far. */
function stepWords(
  { teams, mandated }: Station,
  before: Station | undefined,
  eligible: Station | undefined,
): string {
  if (before === undefined) return formatCountOf(teams, 'team').replace(/^\S+ /, '')
  const share =
    eligible === undefined || eligible.teams === 0
      ? 'nobody could'
      : `${formatPercent(teams / eligible.teams, eligible.teams)} of the eligible`
  return mandated ? `${share}, ${formatCount(mandated)} under a mandate` : share
}

/** Grass, sparse and always the same. */
const TUFTS = Array.from({ length: 64 }, (_, index) => {
  const x = (index * 137.5) % WIDTH
  const y = 150 + ((index * 71) % 330)
  return `M${x.toFixed(0)},${y}l-3,-7m3,7l1,-9m-1,9l5,-6`
}).join('')
