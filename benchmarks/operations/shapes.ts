// What do the handlers of the operation scenarios take and give, whichever library describes it?

import type { Schema } from 'stellula/operations'
import { orderOfOneKilobyte } from '../payloads.ts'
import type { Exchange } from '../scenarios.ts'

export const operationScenarios = ['operation', 'operation-post', 'operation-plain'] as const

export type OperationScenario = (typeof operationScenarios)[number]

export interface Query {
  search: string
  page: number
  sort: 'newest' | 'oldest'
}

export interface Article {
  id: number
  title: string
  page: number
  sort: 'newest' | 'oldest'
  tags: string[]
  author: { name: string; email: string }
}

export interface Order {
  customer: string
  lines: { article: string; quantity: number; price: number; inStock: boolean }[]
  note: string
}

export interface Receipt {
  customer: string
  lines: number
  total: number
}

/** The same schemas of one library. */
export interface Schemas {
  /** For those that do not turn texts into numbers: the schema does. */
  params: Schema<{ id: string }, { id: number }>
  textQuery: Schema<{ search: string; page: string; sort: 'newest' | 'oldest' }, Query>
  query: Schema<Query>
  article: Schema<Article>
  order: Schema<Order>
  receipt: Schema<Receipt>
}

const author = { name: 'Grace Hopper', email: 'grace@example.org' }

/** The work of the handlers, which is next to none. */
export function find(id: number, { search, page, sort }: Query): Article {
  return { id, title: `All about ${search}`, page, sort, tags: ['web', 'types', 'node'], author }
}

export function buy({ customer, lines }: Order): Receipt {
  let total = 0
  for (const { quantity, price } of lines) total += quantity * price
  return { customer, lines: lines.length, total: Math.round(total * 100) / 100 }
}

/** One request of a scenario, and the answer that all must give. */
export function operationExchange(scenario: OperationScenario): Exchange {
  if (scenario === 'operation-plain') return ask('/users/42', { id: 42 })
  if (scenario === 'operation') {
    const query: Query = { search: 'routing', page: 2, sort: 'newest' }
    return ask('/articles/42?search=routing&page=2&sort=newest', find(42, query))
  }
  const { type, body } = orderOfOneKilobyte()
  const order: Order = JSON.parse(String(body))
  const headers = { 'content-type': type }
  return { ...ask('/orders', buy(order)), method: 'POST', headers, body }
}

function ask(path: string, answer: object): Exchange {
  return { method: 'GET', path, status: 200, answer: JSON.stringify(answer) }
}
