/** The tree of the index: paths are split at slashes, one level per segment. */
import type { Convertor } from '../convertors/types.ts'
import type { Entry } from './entry.ts'
import { isParam, type Token, toSegments } from './tokens.ts'

/** The possible continuations after a slash at this point of the tree. */
export interface Node {
  /** The lowest position in the order of declaration among all entries here and below. */
  first: number
  readonly literals: Map<string, Node>
  readonly params: ParamChild[]
  /** Entries whose path ends with the segment that led here. */
  readonly ends: Leaf[]
  /** Mounts whose prefix ends with the segment that led here. */
  readonly mounts: Leaf[]
  /** Entries whose last parameter takes the rest of the path. */
  readonly rests: RestLeaf[]
  /** Entries that do not fit into the tree; they are matched against the whole path. */
  readonly wholes: Leaf[]
}

/** One parameter within a segment, with the literals around it. */
export interface ParamChild {
  readonly before: string
  readonly after: string
  readonly convertor: Convertor
  readonly node: Node
}

interface Leaf {
  readonly entry: Entry
  readonly order: number
}

interface RestLeaf extends Leaf {
  readonly convertor: Convertor
}

export function buildTree(entries: readonly Entry[]): Node {
  const root = newNode()
  for (const [order, entry] of entries.entries()) insert(root, { entry, order })
  return root
}

function newNode(): Node {
  return {
    first: Number.POSITIVE_INFINITY,
    literals: new Map(),
    params: [],
    ends: [],
    mounts: [],
    rests: [],
    wholes: [],
  }
}

function insert(root: Node, leaf: Leaf): void {
  const { path, prefix } = leaf.entry
  const segments = toSegments(path.tokens)
  let node = touch(root, leaf)
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    const convertor = last && !prefix ? restConvertor(segment) : undefined
    if (convertor !== undefined) {
      node.rests.push({ ...leaf, convertor })
      return
    }
    const isLiteral = segment.every((token) => !isParam(token))
    if (!isSimple(segment)) {
      node.wholes.push(leaf)
      return
    }
    node = touch(isLiteral ? literalChild(node, segment.join('')) : paramChild(node, segment), leaf)
  }
  if (prefix) node.mounts.push(leaf)
  else node.ends.push(leaf)
}

function touch(node: Node, { order }: Leaf): Node {
  node.first = Math.min(node.first, order)
  return node
}

/** The convertor of `{rest:path}` if it is the whole last segment. */
function restConvertor([token, ...others]: readonly Token[]): Convertor | undefined {
  const alone = others.length === 0 && isParam(token) && token.convertor.slashes
  return alone ? token.convertor : undefined
}

/** Whether a segment is a literal, or has one parameter that stays within it. */
function isSimple(segment: readonly Token[]): boolean {
  const params = segment.filter(isParam)
  return params.length < 2 && params.every((param) => !param.convertor.slashes && !param.optional)
}

function literalChild({ literals }: Node, text: string): Node {
  const present = literals.get(text)
  if (present !== undefined) return present
  const node = newNode()
  literals.set(text, node)
  return node
}

function paramChild({ params }: Node, segment: readonly Token[]): Node {
  const at = segment.findIndex(isParam)
  const before = segment.slice(0, at).join('')
  const after = segment.slice(at + 1).join('')
  const param = segment[at]
  if (!isParam(param)) throw new TypeError('paramChild: the segment has no parameter')
  const { convertor } = param
  const present = params.find(
    (child) => child.before === before && child.after === after && child.convertor === convertor,
  )
  if (present !== undefined) return present.node
  const node = newNode()
  params.push({ before, after, convertor, node })
  return node
}
