import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

/** What GitHub charges for a query, whatever it finds. */
export interface Cost {
  /** Most nodes it may return: page sizes multiplied along each path. */
  readonly nodes: number
  readonly points: number
}

type Variables = Readonly<Record<string, unknown>>

// https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
/** Points: requests for connections divided by 100, rounded, at least 1. */
export function costOf(document: DocumentNode, variables: Variables): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition)
  }
  const total = { nodes: 0, requests: 0 }
  const defaults: Record<string, unknown> = {}
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
      if (defaultValue) defaults[variable.name.value] = readValue(defaultValue, {})
    }
    walk(definition.selectionSet, 1, { fragments, variables: { ...defaults, ...variables }, total })
  }
  return { nodes: total.nodes, points: Math.max(1, Math.round(total.requests / 100)) }
}

interface Walk {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Variables
  readonly total: { nodes: number; requests: number }
}

function walk({ selections }: SelectionSetNode, parents: number, context: Walk): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) walkField(selection, parents, context)
    else if (selection.kind === Kind.INLINE_FRAGMENT) walk(selection.selectionSet, parents, context)
    else {
      const fragment = context.fragments.get(selection.name.value)
      if (fragment) walk(fragment.selectionSet, parents, context)
    }
  }
}

function walkField(field: FieldNode, parents: number, context: Walk): void {
  const size = sizeOf(field, context.variables)
  const reached = parents * (size ?? 1)
  if (size !== null && field.name.value !== 'nodes') {
    context.total.requests += parents
    context.total.nodes += reached
  }
  if (field.selectionSet) walk(field.selectionSet, reached, context)
}

/** Items that a field asks for at most; null when it is one value. */
function sizeOf({ name, arguments: args = [] }: FieldNode, variables: Variables): number | null {
  for (const argument of args) {
    const value = readValue(argument.value, variables)
    if (['first', 'last'].includes(argument.name.value)) return Number(value)
    if (name.value === 'nodes' && argument.name.value === 'ids' && Array.isArray(value)) {
      return value.length
    }
  }
  return null
}

function readValue(node: ValueNode, variables: Variables): unknown {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value]
  return 'value' in node ? node.value : null
}
