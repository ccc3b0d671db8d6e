import { expect, test } from 'vitest'
import { applyRules, type JiraTicketRule, type TicketTraits } from '#lib/ticket-rules.ts'

const aTicket = (traits: Partial<TicketTraits> = {}): TicketTraits => ({
  title: 'Pipeline is red',
  labels: ['Deploy'],
  priority: 'Highest',
  components: ['Gateway'],
  issueType: 'Bug',
  requestType: null,
  ...traits,
})

test('of each matter the first rule that holds and speaks of it decides', () => {
  const rules: JiraTicketRule[] = [
    { label: 'other', category: 'never', path: 'never' },
    { label: 'deploy', category: 'deployment' },
    { component: 'gateway', category: 'network', path: 'gateway' },
  ]
  expect(applyRules(rules, aTicket())).toEqual({ category: 'deployment', path: 'gateway' })
})

test.each<[JiraTicketRule, boolean]>([
  [{ label: 'DEPLOY' }, true],
  [{ label: 'deploy', component: 'gateway' }, true],
  [{ label: 'deploy', component: 'database' }, false],
  [{ text: 'RED' }, true],
  [{ text: 'green' }, false],
  [{ priority: 'highest' }, true],
  [{ priority: 'High' }, false],
  [{ issueType: 'bug' }, true],
  [{ requestType: 'Get access' }, false],
])('everything that the rule %j looks at must hold', (rule, holds) => {
  const said = applyRules([{ ...rule, coDesign: true }], aTicket())
  expect(said).toEqual(holds ? { coDesign: true } : {})
})

test('what a source does not have holds for no rule', () => {
  const traits = { title: '', labels: [] }
  expect(applyRules([{ component: 'gateway', category: 'network' }], traits)).toEqual({})
})
