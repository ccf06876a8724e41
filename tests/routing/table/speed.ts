// A look-up costs the same with ten routes and with a thousand.
import t from 'tap'
import { Table } from '../../../lib/routing/table.ts'
import { entryOf } from '../../support/entries.ts'
import { busy } from '../../support/linear.ts'

const LOOKUPS = 30_000
const ROUNDS = 10

/** Half with a parameter, spread over sections as the routes of a large application are. */
function tableOf(size: number): Table {
  const entries = Array.from({ length: size / 2 }, (_, index) => [
    entryOf(`/section${index % 20}/list${index}`),
    entryOf(`/section${index % 20}/item${index}/{id:int}/edit`),
  ])
  return new Table(entries.flat())
}

/** The least time of several rounds, taken in turn so that both see the same machine. */
function compare(small: Table, large: Table, path: string): { ratio: number; found: boolean } {
  const least = new Map<Table, number>()
  let found = false
  for (let round = 0; round < ROUNDS; round++) {
    for (const table of [small, large]) {
      const start = busy()
      for (let turn = 0; turn < LOOKUPS; turn++) {
        found = table.find(path, 'http', 'GET').match !== undefined
      }
      least.set(table, Math.min(least.get(table) ?? Number.POSITIVE_INFINITY, busy() - start))
    }
  }
  return { ratio: (least.get(large) ?? 0) / (least.get(small) ?? 1), found }
}

const PATHS: readonly (readonly [name: string, path: string, found: boolean])[] = [
  ['a path without parameters', '/section3/list3', true],
  ['a path with a parameter', '/section3/item3/1234/edit', true],
  ['a path that has no route', '/section3/item3/1234/remove', false],
  ['a path that is like none', '/elsewhere', false],
]

for (const [name, path, wanted] of PATHS) {
  t.test(`${name} is found among 1,000 routes as fast as among 10`, async (t) => {
    const { ratio, found } = compare(tableOf(10), tableOf(1000), path)

    t.equal(found, wanted)
    // One look into a large Map may take twice that of a small one, by the caches of the processor.
    t.ok(ratio < 2.5, `takes ${ratio.toFixed(2)} times as long`)
  })
}
