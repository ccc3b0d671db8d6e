'use client'

import { Area, AreaChart, Legend, Tooltip, XAxis, YAxis } from 'recharts'

export interface StateChartProps {
  /** One per week, oldest first; null counts draw a gap. */
  points: readonly { day: string; counts: Readonly<Record<string, number>> | null }[]
  /** From the bottom of the stack up. */
  series: readonly { state: string; name: string }[]
  title: string
}

const COLOURS: Readonly<Record<string, string>> = {
  adopted: 'var(--color-voluntary)',
  partial: 'var(--color-partial)',
  trying: 'var(--color-trying)',
  lapsed: 'var(--color-lapsed)',
  eligible: 'var(--color-edge)',
  unknown: 'var(--color-gap)',
  excepted: 'var(--color-excepted)',
}

/** recharts draws nothing on the server, so a table must stand beside this. */
export function StateChart({ points, series, title }: StateChartProps) {
  const data = points.map(({ day, counts }) => ({
    day,
    ...Object.fromEntries(
      series.map(({ state }) => [state, counts === null ? null : (counts[state] ?? 0)]),
    ),
  }))
  return (
    <div className="chart-box">
      <AreaChart
        responsive
        style={{ width: '100%', height: '100%' }}
        data={data}
        title={title}
        margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
      >
        <XAxis
          dataKey="day"
          minTickGap={80}
          tickLine={false}
          stroke="var(--color-edge)"
          tick={{ fill: 'var(--color-faint)', fontSize: 12 }}
        />
        <YAxis
          width={32}
          allowDecimals={false}
          axisLine={false}
          tickLine={false}
          tick={{ fill: 'var(--color-faint)', fontSize: 12 }}
        />
        <Tooltip
          isAnimationActive={false}
          contentStyle={{
            background: 'var(--color-paper)',
            border: '1px solid var(--color-edge)',
            color: 'var(--color-ink)',
            fontSize: 13,
          }}
          itemStyle={{ color: 'var(--color-ink)' }}
        />
        <Legend
          align="left"
          iconType="square"
          itemSorter={null}
          formatter={(name) => <span style={{ color: 'var(--color-soft)' }}>{name}</span>}
          wrapperStyle={{ fontSize: 14 }}
        />
        {series.map(({ state, name }) => (
          <Area
            key={state}
            dataKey={state}
            name={name}
            stackId="teams"
            type="step"
            stroke="none"
            fill={COLOURS[state] ?? 'var(--color-gap)'}
            fillOpacity={1}
            connectNulls={false}
            isAnimationActive={false}
          />
        ))}
      </AreaChart>
    </div>
  )
}
