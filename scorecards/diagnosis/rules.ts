import type { Condition, Operator } from '#scorecards/diagnosis/condition.ts'
import type { DiagnosisRule } from '#scorecards/diagnosis/rule.ts'

const when = (metric: string, op: Operator, value: Condition['value']): Condition => ({
  metric,
  op,
  value,
})

/** The 25 patterns of section 14 of the metric reference, by id. Thresholds are our own. */
export const diagnosisRules: readonly DiagnosisRule[] = [
  {
    id: 'D01',
    name: 'Mandate mask',
    all: [when('ADO-02', '>=', 0.6), when('ADO-02.mandatedShareOfAdopters', '>=', 0.5)],
    any: [
      when('SAT-01', '<=', 0),
      when('SAT-02', '<', 0.5),
      when('ADO-09', '>=', 0.2),
      when('ADO-01', '<=', 0.3),
    ],
    anyMin: 2,
    evidence: [
      'the mandate: which, of what kind, announced when',
      'how many adopters chose the path and how many were told to',
      'satisfaction of the two groups side by side, where enough answered',
      'the five latest pieces of work around the path, by team',
    ],
    meaning:
      'Teams use the path because they must. How many use it says nothing of how many would.',
    nextStep:
      'Keep the outcome mandatory and make the way there free: lift the mandate on the interface for ' +
      'one class of workload during eight weeks, and see what ADO-03 and ADO-06 do there.',
    refutedBy:
      'Of the teams that were always free to choose at least half adopted (ADO-03), or at least four ' +
      'in five still use the path eight weeks after a mandate ended (ADO-06).',
    checkFirst:
      'Did a much better release come out together with the mandate? Look at the estimated effect for ' +
      'teams that adopted later.',
  },
  {
    id: 'D02',
    name: 'Launch without workflow fit',
    all: [when('path.ageWeeks', '>=', 13), when('ADO-02', '<=', 0.35)],
    any: [
      when('SUP-03.misfitShare', '>=', 0.3),
      when('SAT-04.workflow_misfit', '>=', 0.25),
      when('ADO-07.attemptToAdopted', '<=', 0.4),
      when('SPD-02.ratioToBaseline', '>=', 0.95),
    ],
    anyMin: 2,
    evidence: [
      'the step of the funnel at which most teams are lost',
      'the three latest requests about a missing feature or a way of working that does not fit',
      'how many comments name that theme, of how many',
      'lead time of users now and at the baseline',
    ],
    meaning:
      'Something was built before anybody checked which part of the daily work hurts most. Writing ' +
      'more documentation seldom helps.',
    nextStep:
      'Sit down with three to five teams at the step where they leave, lay their way of working and ' +
      'the new one side by side, and choose the smallest change that takes a real wait out of the way ' +
      'they know.',
    refutedBy:
      'Teams that stay away had never heard of it: a simple announcement of the same product raises ' +
      'first attempts by more than half within four weeks.',
    checkFirst: 'Is the path younger than a quarter, or did holidays fall into the window?',
  },
  {
    id: 'D03',
    name: 'The wait is still there',
    all: [
      when('SPD-05', '>=', 0.5),
      when('SPD-01', '>=', { metric: 'SPD-01.offPath', times: 0.9 }),
    ],
    any: [when('ADO-04', '>=', 0.2)],
    anyMin: 1,
    evidence: [
      'the five slowest requests as timelines with every step that a person does',
      'share of the time spent waiting for people, on the path and off it',
    ],
    meaning: 'What holds teams up lies elsewhere: the path goes past it, not through it.',
    nextStep:
      'Find the manual step that eats most of the waiting and automate that one. Leave the door through ' +
      'which teams come in as it is.',
    refutedBy:
      'Looked at closely, it is mostly the asking team that keeps itself waiting; or fewer than ten ' +
      'requests went off the path, which is too few to compare with.',
    checkFirst: 'Are the same kinds of request compared on the path and off it?',
  },
  {
    id: 'D04',
    name: 'Renamed ticket queue',
    all: [when('SUP-06.handoffShare', '>=', 0.5), when('SPD-04', '<=', 0.3)],
    any: [when('SUP-03.provisioningShare', '>=', 0.4), when('SPD-05', '>=', 0.5)],
    anyMin: 1,
    evidence: [
      'ways of working together, month by month',
      'the three most frequent kinds of provisioning ticket, how many and how long',
    ],
    meaning: 'The queue has a new name: somebody still does by hand what teams ask for.',
    nextStep:
      'Let the most frequent kind of provisioning ticket be served by a file or a call that policy ' +
      'checks, and watch SPD-04 for that kind by itself.',
    refutedBy: 'The hand-offs are for kinds of request that the slice said it would not cover.',
    checkFirst:
      'Does self-service itself open tickets? Those that a bot wrote must not be counted.',
  },
  {
    id: 'D05',
    name: 'Fast tickets, slow delivery',
    all: [when('SUP-05.withinSla', '>=', 0.9), when('SPD-04', '<=', 0.5)],
    any: [
      when('SPD-01', '>=', 1440),
      when('SAT-04.waiting', '>=', 0.2),
      when('SUP-01.trendUp', '==', true),
    ],
    anyMin: 1,
    evidence: [
      'for the same requests: was the ticket closed in time, and when could the result be used',
      'comments about waiting',
    ],
    meaning:
      'The support desk does well by its own clock, and that is shown as if users were served.',
    nextStep:
      'Stop reporting tickets closed in time as the success of the platform. Report SPD-01 and SPD-04.',
    refutedBy: 'For the very same requests the median of SPD-01 is better than the slice asks for.',
    checkFirst: null,
  },
  {
    id: 'D06',
    name: 'Shadow pipelines',
    all: [when('ADO-09', '>=', 0.2)],
    any: [
      when('ADO-09.parallelTeamShare', '>=', 0.25),
      when('ADO-09.manualShare', '>=', 0.1),
      when('ADO-02', '>=', 0.5),
    ],
    anyMin: 1,
    evidence: [
      'pipelines beside the path, whose they are and when they last ran',
      'work around the path by reason, where one was noted',
    ],
    meaning:
      'Teams keep a second way open. For part of their work they do not trust the path, cannot do it ' +
      'there, or are no faster there.',
    nextStep:
      'Ask every such team what its own pipeline gives that the path does not, sort the answers into ' +
      'trust, missing feature, habit and contract, and bring what is missing to the register of ' +
      'exceptions and to the roadmap.',
    refutedBy:
      'The second pipelines carry only workloads that the path is not meant for: then mend the rule of ' +
      'who is eligible.',
    checkFirst:
      'Is a migration under way? The first eight weeks after an adoption do not belong here.',
  },
  {
    id: 'D07',
    name: 'Copy and drift',
    all: [when('ADO-10', '>=', 0.25)],
    any: [
      when('ADO-10.protectedShare', '>=', 0.1),
      when('ADO-11.unsupportedShare', '>=', 0.1),
      when('SUP-03.customisationShare', '>=', 0.15),
    ],
    anyMin: 1,
    evidence: [
      'the managed files that are changed most, in how many services',
      'how large the changes are',
    ],
    meaning:
      'Teams copy the template and go their own way. Some setting is missing, or there is no way to ' +
      'follow newer versions.',
    nextStep:
      'Make settings of the two places that are changed most, and send updates as pull requests that ' +
      'open by themselves.',
    refutedBy:
      'Only files that teams are meant to change were changed: then the list of managed files is wrong.',
    checkFirst: 'Is it only formatting? Compare the content after formatting both sides alike.',
  },
  {
    id: 'D08',
    name: 'Early-adopter glow',
    all: [when('SUP-04', '>=', 2)],
    any: [
      when('SAT-01.earlyCohort', '>=', 20),
      when('SUP-02.trendUp', '==', true),
      when('ADO-08.lateVsEarlyRatio', '>=', 1.5),
    ],
    anyMin: 2,
    evidence: [
      'requests per team and week of newcomers and of those long on the path',
      'time to the first success by cohort',
      'satisfaction by cohort, where enough answered',
    ],
    meaning:
      'Those who helped to shape the path are well served. Those who come now are another kind of team.',
    nextStep:
      'Be there when three newcomers begin, mend the first step at which they fail, and invite no more ' +
      'teams until SUP-04 is below 1.5.',
    refutedBy:
      'In every cohort the need for help falls to that of the others within four weeks: they were ' +
      'learning, as everybody does.',
    checkFirst: 'Does one very large newcomer make the difference? Look at the figures by team.',
  },
  {
    id: 'D09',
    name: 'Opaque abstraction',
    all: [when('SUP-03.debuggingShare', '>=', 0.25)],
    any: [
      when('SAT-04.opaque_errors', '>=', 0.2),
      when('REL-06.unknownShare', '>=', 0.3),
      when('REL-04.ratioToOffPath', '>=', 1.5),
    ],
    anyMin: 1,
    evidence: [
      'share of failures for which nobody noted a cause',
      'five error messages word for word',
      'time to recover on the path and off it',
    ],
    meaning:
      'What the path hides to make things simple is what its users need to see when something breaks.',
    nextStep:
      'Show events and the state of a rollout, link the logs, leave a way to look underneath, and give ' +
      'every final failure a code that says why.',
    refutedBy:
      'Of twenty such requests read one by one, most are about faults of the application, not about ' +
      'what the platform said.',
    checkFirst: null,
  },
  {
    id: 'D10',
    name: 'Review-board batching',
    all: [when('SPD-05.approvalWaitHours', '>=', 24), when('SPD-03.batchSizeRatio', '>=', 1.5)],
    any: [when('REL-03.change', '>=', 0.05), when('SPD-03.peakDayShare', '>=', 0.5)],
    anyMin: 1,
    evidence: [
      'changes per deployment, now and before',
      'deployments by day of the week',
      'hours that a change waits for approval',
    ],
    meaning:
      'Since one place must approve everything, changes travel in groups: more to agree on, and more ' +
      'that can go wrong at once.',
    nextStep:
      'Let policy check what is routine, keep the board for what is marked as high risk, and publish ' +
      'how many changes really came before it.',
    refutedBy:
      'Changes were grouped like this before there was an approval, or only those of high risk are.',
    checkFirst: 'Does a contract or an app store fix the dates of release?',
  },
  {
    id: 'D11',
    name: 'Permanent facilitation',
    all: [when('SUP-06.facilitationShareEstablished', '>=', 0.3)],
    any: [
      when('SUP-06.sameHelperShare', '>=', 0.3),
      when('ADO-08', '>=', 24),
      when('SAT-03', '<', 60),
    ],
    anyMin: 1,
    evidence: [
      'help given to teams that have used the path for more than eight weeks',
      'the questions asked most often',
    ],
    meaning: 'People explain every day what the interface ought to say by itself.',
    nextStep:
      'Answer the three most frequent questions in the product: by a default, in the error message, or ' +
      'on a page that the error links to. Agree on a last day for every accompaniment.',
    refutedBy: 'All of this help was about something that came out within the last eight weeks.',
    checkFirst: null,
  },
  {
    id: 'D12',
    name: 'Collaboration by default',
    all: [when('path.ageWeeks', '>=', 26), when('SUP-06.collaborationShare', '>=', 0.3)],
    any: [when('GOV-05', '>=', 0.1), when('SPD-04', '<=', 0.5)],
    anyMin: 1,
    evidence: [
      'episodes of working together, by class of workload',
      'how many of them took meetings',
    ],
    meaning: 'The path promises more than it can do yet, or covers too much.',
    nextStep:
      'Keep as eligible only what already works without help. Serve the rest by exception, each with a ' +
      'team that is named as partner.',
    refutedBy: 'It is all one new class of workload that both sides agreed to design together.',
    checkFirst: null,
  },
  {
    id: 'D13',
    name: 'Trust erosion',
    all: [when('ADO-12', '>=', 0.1)],
    any: [
      when('REL-01', '>=', 0.1),
      when('REL-01.xmrSignalUp', '==', true),
      when('REL-06', '>=', 0.5),
      when('ADO-09.trendUp', '==', true),
    ],
    anyMin: 1,
    evidence: [
      'for each team that left, what failed in the four weeks before',
      'REL-01 as a process behaviour chart',
    ],
    meaning: 'Teams leave because it fails on them, not because it does not suit them.',
    nextStep:
      'Add nothing to the path for now. Go through every failure that the platform caused, and show ' +
      'users how much of the agreed room for failure is used up.',
    refutedBy:
      'In the eight weeks before, teams that left met failures no more often than teams that stayed.',
    checkFirst:
      'Were teams dissolved? Those are no longer eligible, and so are not counted as having left.',
  },
  {
    id: 'D14',
    name: 'Frozen on old versions',
    all: [when('ADO-11', '>=', 90)],
    any: [
      when('ADO-11.unsupportedShare', '>=', 0.1),
      when('SUP-03.upgradeShare', '>=', 0.15),
      when('path.breakingReleases91d', '>=', 1),
      when('ADO-11.upgradeFailureRate', '>=', 0.2),
    ],
    anyMin: 1,
    evidence: [
      'services by version, and for how long a newer one exists',
      'attempts to upgrade and what came of them',
      'releases with a guide for moving, and without',
    ],
    meaning: 'To move to a newer version is more work than the newer version is worth.',
    nextStep:
      'Make the move from the most common old version automatic, measure first how many upgrades ' +
      'succeed, and name the day on which support of it ends.',
    refutedBy:
      'Nothing at all was deployed in 91 days by the services that lag: they stand still anyway.',
    checkFirst: null,
  },
  {
    id: 'D15',
    name: 'Exception pile-up',
    all: [when('GOV-05', '>=', 0.15), when('EXC.topGapTeams', '>=', 3)],
    any: [],
    anyMin: 0,
    evidence: [
      'exceptions by what the path lacks: teams, renewals, age',
      'what each exception costs, where that was noted',
    ],
    meaning: 'Several teams miss the same thing. They have written the next item of the roadmap.',
    nextStep:
      'Plan the gap that most teams share, design it with them, and tie their exceptions to it so that ' +
      'these end when it comes.',
    refutedBy: 'Ten of them, read and sorted anew, turn out to be about different needs.',
    checkFirst: null,
  },
  {
    id: 'D16',
    name: 'Shadow governance',
    all: [when('GOV-06', '>=', 0.2)],
    any: [
      when('EXC.rejectedWithoutAlternative', '>=', 0.2),
      when('ADO-09.afterRejectionShare', '>=', 0.3),
      when('GOV-07', '>=', 14),
    ],
    anyMin: 1,
    evidence: [
      'exceptions past their last day, with their owners',
      'rejections that give no reason or no other way',
      'work around the path by teams whose request was rejected',
    ],
    meaning:
      'There is a procedure for exceptions and it is not what happens: answers come late or without a ' +
      'reason, and teams help themselves.',
    nextStep:
      'Decide within five working days, or grant thirty days by default. Let no rejection go out ' +
      'without a reason and another way, and give notice before an exception ends.',
    refutedBy: 'What looks overdue is over, since the workload is gone: then tidy the register.',
    checkFirst: null,
  },
  {
    id: 'D17',
    name: 'Speed without control',
    all: [when('SPD-01.ratioToBaseline', '<=', 0.7), when('GOV-01.change', '<=', -0.05)],
    any: [when('GOV-03', '<=', 0.9), when('REL-03.change', '>=', 0.05)],
    anyMin: 1,
    evidence: [
      'the ten latest requests without complete evidence',
      'the requirement that is missing most often',
    ],
    meaning: 'Part of the gain in speed is proof that nobody produces any more.',
    nextStep:
      'Let the step itself leave the missing proof behind instead of asking for a form. Stop requests ' +
      'only for the requirement behind which there is a real risk.',
    refutedBy:
      'The proof is there and we do not see it: DQ-01 of the source of evidence is below 1.',
    checkFirst: 'Are there new requirements? Compare by those that held in both windows.',
  },
  {
    id: 'D18',
    name: 'Manual evidence chase',
    all: [when('GOV-01', '>=', 0.85), when('GOV-04', '<=', 0.5)],
    any: [when('GOV-03', '<=', 0.8), when('SUP-03.complianceShare', '>=', 0.15)],
    anyMin: 1,
    evidence: [
      'pieces of evidence by requirement, automatic and by hand',
      'hours from the effect until the evidence was complete',
    ],
    meaning: 'Everything is proven in the end, by people who gather it afterwards.',
    nextStep: 'Automate first the requirement for which most is gathered by hand.',
    refutedBy: 'What is done by hand is what policy wants a person to sign, once.',
    checkFirst: null,
  },
  {
    id: 'D19',
    name: 'Paper adoption',
    all: [when('path.onboardedShare', '>=', 0.6), when('ADO-04', '<=', 0.4)],
    any: [when('ADO-02', '<=', 0.4), when('ADO-06.w12', '<', 0.6)],
    anyMin: 1,
    evidence: [
      'teams marked as onboarded beside teams whose work runs on the path',
      'when each onboarded team last used it',
    ],
    meaning: 'A team counts from the day it was signed up, whether or not it ever came back.',
    nextStep:
      'Show ADO-04 and ADO-06 where the number of onboarded teams stands now, and find out what was ' +
      'missing when a team wanted to use the path again.',
    refutedBy: 'Work is not linked to teams and paths well enough: DQ-02 is below 80 %.',
    checkFirst: null,
  },
  {
    id: 'D20',
    name: 'Portal shell',
    all: [when('ADO-07.visitToAttempt', '<=', 0.2)],
    any: [when('ADO-07.attemptToSuccess', '<=', 0.5), when('SPD-01.ratioToBaseline', '>=', 0.9)],
    anyMin: 1,
    evidence: [
      'visits, requests begun, requests completed',
      'the field at which forms are left, where that was noted',
    ],
    meaning: 'The portal draws visitors and has nothing behind it that they came for.',
    nextStep:
      'Take one journey to its end, so that it also works from Git, before the portal gets anything new.',
    refutedBy:
      'Visitors read, and then ask through Git: within 24 hours of a visit the same team has a request ' +
      'there.',
    checkFirst: null,
  },
  {
    id: 'D21',
    name: 'Golden cage',
    all: [when('ADO-02.workloadRange', '>=', 0.5)],
    any: [
      when('GOV-05', '>=', 0.1),
      when('SAT-04.lost_autonomy', '>=', 0.15),
      when('EXC.legitimateShare', '>=', 0.5),
    ],
    anyMin: 1,
    evidence: [
      'adoption by class of workload',
      'exceptions by class of workload',
      'comments about freedom that was lost',
    ],
    meaning: 'The path suits one class of workload, and another is made to fit where it does not.',
    nextStep:
      'Give the class that is served worst a path of its own or a place to extend this one, and do not ' +
      'call it eligible before.',
    refutedBy: 'Once one missing integration is there, that class adopts as the others do.',
    checkFirst: 'Is a class small? Below five teams it must not be compared.',
  },
  {
    id: 'D22',
    name: 'Ownership vacuum',
    all: [when('DQ-02.ownerKnown', '<=', 0.8)],
    any: [
      when('INC.reassignmentsMedian', '>=', 2),
      when('REL-04.timeToOwnerShare', '>=', 0.3),
      when('SAT-04.unclear_owner', '>=', 0.15),
    ],
    anyMin: 1,
    evidence: [
      'services of which no owner is recorded',
      'incidents that were passed on twice or more',
    ],
    meaning:
      'As long as nobody can tell whose a service is, that is what to build: new features come after.',
    nextStep:
      'Ask for owner, runbook and on-call in the template of a service and in its evidence, and fill ' +
      'them in for the twenty services with most going on.',
    refutedBy: 'Owners are recorded somewhere that the catalogue source does not read.',
    checkFirst: null,
  },
  {
    id: 'D23',
    name: 'Outputs only',
    all: [when('DQ.outcomeAreasOk', '<=', 2)],
    any: [when('DQ.outputMetricsOk', '>=', 1)],
    anyMin: 1,
    evidence: ['each of the six areas with its status and the source that it lacks'],
    meaning: 'What is measured is how much was made. Whether the path is any good, nobody can say.',
    nextStep:
      'Connect the source that brings most areas to life. Until it is there, no verdict is given.',
    refutedBy: 'Sources were only late: once read, they bring more than two areas to life.',
    checkFirst: null,
  },
  {
    id: 'D24',
    name: 'Improvement by composition',
    all: [when('SPD-02.pooledRatio', '<=', 0.9), when('SPD-02.withinTeamMedianRatio', '>=', 1)],
    any: [],
    anyMin: 0,
    evidence: [
      'the change over all, and the median of the changes team by team',
      'teams that came in or went out between the two windows',
    ],
    meaning:
      'No team became faster. Slow ones are no longer counted: on an exception, gone, or without data.',
    nextStep: 'Report the change within teams, and find out who is missing and why.',
    refutedBy: 'Teams that are in both windows improved just as much.',
    checkFirst: null,
  },
  {
    id: 'D25',
    name: 'Platform larger than its users',
    all: [when('path.eligibleTeams', '<=', 3)],
    any: [when('path.capabilities', '>=', 5), when('ADO-04', '<=', 0.4)],
    anyMin: 1,
    evidence: ['eligible teams of each path', 'capabilities that nobody used in 91 days'],
    meaning: 'More is being built than there are teams to use it.',
    nextStep:
      'Join or close paths that fewer than four teams are eligible for, save where a control needs one.',
    refutedBy: 'It has only begun: there is a plan with dates and the names of the teams to come.',
    checkFirst: null,
  },
]
