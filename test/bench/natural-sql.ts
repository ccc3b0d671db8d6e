/**
 * What somebody would write who asks the stored facts: four headline numbers of delivery for every
 * team, or for one, in [from, to). Medians by window functions, as any SQL database takes them.
 */
export const naturalSql = (oneTeam: boolean) => `
with owned as (
  select d.*, o.team_id from deployments d
  join service_owners o on o.service_id = d.service_id
    and d.finished_at >= o.owned_from and (o.owned_to is null or d.finished_at < o.owned_to)
  where d.environment_tier = 'production' and d.outcome = 'success'
    and d.finished_at >= @from and d.finished_at < @to ${oneTeam ? 'and o.team_id = @team' : ''}
),
frequency as (select team_id, count(*) as deployments from owned group by team_id),
lead as (
  select o.team_id,
    (julianday(o.finished_at) - julianday(c.first_commit_at)) * 24 as hours
  from owned o join changes c on c.merge_sha = o.sha and c.service_id = o.service_id
  where c.repository_id = (select repository_id from services s where s.id = o.service_id)
),
lead_median as (
  select team_id, avg(hours) as hours from (
    select team_id, hours,
      row_number() over (partition by team_id order by hours) as place,
      count(*) over (partition by team_id) as n
    from lead)
  where place in ((n + 1) / 2, (n + 2) / 2) group by team_id
),
failed as (
  select o.team_id, o.native_id,
    (julianday(i.restored_at) - julianday(i.started_at)) * 24 as hours
  from owned o join incidents i on i.caused_by_deployment_id = o.native_id
),
failure as (select team_id, count(distinct native_id) as failures from failed group by team_id),
recovery_median as (
  select team_id, avg(hours) as hours from (
    select team_id, hours,
      row_number() over (partition by team_id order by hours) as place,
      count(*) over (partition by team_id) as n
    from failed)
  where place in ((n + 1) / 2, (n + 2) / 2) group by team_id
)
select f.team_id, f.deployments, l.hours as lead_hours,
  1.0 * coalesce(x.failures, 0) / f.deployments as fail_rate, r.hours as recovery_hours
from frequency f
left join lead_median l on l.team_id = f.team_id
left join failure x on x.team_id = f.team_id
left join recovery_median r on r.team_id = f.team_id
order by f.team_id`

/** The columns that the metrics need of the three tables, read once. */
export const SCANS = [
  'select service_id, environment_tier, sha, finished_at, outcome, kind from deployments',
  'select repository_id, service_id, first_commit_at, merged_at, merge_sha, author_kind from changes',
  'select service_id, started_at, restored_at, caused_by_deployment_id from incidents',
] as const

/** The same rows, counted in the database: what reading them costs there. */
export const SCAN_SUMS = [
  'select count(*), max(finished_at), max(sha), max(outcome), max(kind) from deployments',
  'select count(*), max(first_commit_at), max(merged_at), max(merge_sha) from changes',
  'select count(*), max(started_at), max(restored_at), max(caused_by_deployment_id) from incidents',
] as const
