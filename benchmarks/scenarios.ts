// What is asked of every contender, and what is a right answer?

export const scenarioNames = [
  'hello',
  'json',
  'notfound',
  'param',
  'routes200',
  'routes1000',
  'middleware10',
  'middleware10async',
  'post',
  'stream',
] as const

export type Scenario = (typeof scenarioNames)[number]

export const greeting = 'Hello, world!'

/** What the post scenario reads from its body. */
export interface Order {
  customer: string
}

/** One request and the answer it must get; without `answer`, any body will do. */
export interface Exchange {
  method: string
  path: string
  body?: string
  status: number
  answer?: string
}

/** The body of the stream scenario, 64 KiB in pieces. */
export async function* chunks(): AsyncGenerator<string> {
  for (let index = 0; index < 64; index++) yield chunk
}

const chunk = `${'x'.repeat(1023)}\n`

/** The path of one of many routes, its parameter as each contender spells it. */
export function resourcePath(index: number, parameter: string): string {
  return `/resource${index}/${parameter}/items`
}

const exchanges: Record<Scenario, Exchange> = {
  hello: get('/', greeting),
  json: get('/', JSON.stringify({ message: greeting })),
  // The text of a 404 is each framework's own.
  notfound: { method: 'GET', path: '/nowhere', status: 404 },
  param: get('/users/42', JSON.stringify({ id: 42 })),
  routes200: lastResource(200),
  routes1000: lastResource(1000),
  middleware10: get('/', greeting),
  middleware10async: get('/', greeting),
  post: {
    method: 'POST',
    path: '/orders',
    body: orderOfOneKilobyte(),
    status: 200,
    answer: JSON.stringify({ customer: 'Ada Lovelace' }),
  },
  stream: get('/', chunk.repeat(64)),
}

export function exchangeOf(scenario: Scenario): Exchange {
  return exchanges[scenario]
}

function get(path: string, answer: string): Exchange {
  return { method: 'GET', path, status: 200, answer }
}

function lastResource(count: number): Exchange {
  const resource = count - 1
  return get(resourcePath(resource, '42'), JSON.stringify({ resource, id: '42' }))
}

/** Nested like a real order, and padded to 1,024 bytes. */
function orderOfOneKilobyte(): string {
  const lines = Array.from({ length: 10 }, (_, index) => {
    return { article: `article-${index}`, quantity: index + 1, price: 9.99, inStock: true }
  })
  const order = { customer: 'Ada Lovelace', lines, note: '' }
  order.note = 'n'.repeat(1024 - JSON.stringify(order).length)
  return JSON.stringify(order)
}
