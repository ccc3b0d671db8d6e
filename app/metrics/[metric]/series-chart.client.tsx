'use client'

import { Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from 'recharts'

export interface SeriesChartProps {
  /** One per week, oldest first; a null value draws a gap. */
  points: readonly { day: string; value: number | null; compared: number | null }[]
  /** What `compared` is; null where nothing is. */
  comparedWith: string | null
  title: string
  isShare: boolean
  limits: { readonly upper: number; readonly lower: number | null } | null
}

const TICK = { fill: 'var(--color-faint)', fontSize: 12 }
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 })
const plain = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** recharts draws nothing on the server, so a table must stand beside this. */
export function SeriesChart({ points, comparedWith, title, isShare, limits }: SeriesChartProps) {
  const say = (value: number) => (isShare ? percent : plain).format(value)
  return (
    <div className="chart-box">
      <LineChart
        responsive
        style={{ width: '100%', height: '100%' }}
        data={[...points]}
        title={title}
        margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
      >
        <XAxis
          dataKey="day"
          minTickGap={70}
          tickLine={false}
          stroke="var(--color-edge)"
          tick={TICK}
        />
        <YAxis width={48} axisLine={false} tickLine={false} tick={TICK} tickFormatter={say} />
        <Tooltip
          isAnimationActive={false}
          formatter={(value) => (typeof value === 'number' ? say(value) : 'no data')}
          contentStyle={{
            background: 'var(--color-raised)',
            border: '1px solid var(--color-edge)',
            color: 'var(--color-ink)',
            fontSize: 13,
          }}
        />
        {limits !== null &&
          [limits.upper, limits.lower]
            .filter((limit) => limit !== null)
            .map((limit) => (
              <ReferenceLine
                key={limit}
                y={limit}
                stroke="var(--color-edge)"
                strokeDasharray="2 4"
                ifOverflow="extendDomain"
              />
            ))}
        {comparedWith !== null && (
          <Line
            dataKey="compared"
            name={comparedWith}
            type="linear"
            stroke="var(--color-quiet)"
            strokeWidth={1.5}
            strokeDasharray="5 4"
            dot={points.filter(({ compared }) => compared !== null).length === 1 && { r: 2.5 }}
            connectNulls={false}
            isAnimationActive={false}
          />
        )}
        <Line
          dataKey="value"
          name={title}
          type="linear"
          stroke="var(--color-voluntary)"
          strokeWidth={2}
          dot={{ r: 2, strokeWidth: 0, fill: 'var(--color-voluntary)' }}
          connectNulls={false}
          isAnimationActive={false}
        />
      </LineChart>
    </div>
  )
}
