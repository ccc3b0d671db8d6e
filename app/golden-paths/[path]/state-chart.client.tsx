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
  adopted: 'var(--voluntary)',
  partial: 'var(--partial)',
  trying: 'var(--trying)',
  lapsed: 'var(--lapsed)',
  eligible: 'var(--line-strong)',
  unknown: 'var(--gap)',
  excepted: 'var(--excepted)',
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
          stroke="var(--line-strong)"
          tick={{ fill: 'var(--faint)', fontSize: 12 }}
        />
        <YAxis
          width={32}
          allowDecimals={false}
          axisLine={false}
          tickLine={false}
          tick={{ fill: 'var(--faint)', fontSize: 12 }}
        />
        <Tooltip
          isAnimationActive={false}
          contentStyle={{
            background: 'var(--paper)',
            border: '1px solid var(--line-strong)',
            color: 'var(--ink)',
            fontSize: 13,
          }}
          itemStyle={{ color: 'var(--ink)' }}
        />
        <Legend
          align="left"
          iconType="square"
          itemSorter={null}
          formatter={(name) => <span style={{ color: 'var(--soft)' }}>{name}</span>}
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
            fill={COLOURS[state] ?? 'var(--gap)'}
            fillOpacity={1}
            connectNulls={false}
            isAnimationActive={false}
          />
        ))}
      </AreaChart>
    </div>
  )
}
