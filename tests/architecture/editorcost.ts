// What operations cost an editor: how much the compiler makes of 200 of them, and of 200 plain routes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { compile } from '../support/compiler.ts'

const COUNT = 200

const SCHEMAS = `
import * as z from 'zod'
export const Item = z.object({ id: z.int(), name: z.string() })
export const Query = z.object({ search: z.string(), page: z.int(), full: z.boolean().default(false) })
export const Body = z.object({ name: z.string(), tags: z.array(z.string()) })
export const Problem = z.object({ title: z.string() })
`

const PLAIN = `get: async ({ pathParams }) => new JSONResponse({ id: pathParams.id, name: 'a' }),`

const READING = `get: operation({ query: Query, responses: { 200: Item, 404: Problem } },
  async ({ params, query }) =>
    query.full ? reply(200, { id: params.id, name: query.search }) : reply(404, { title: 'b' })),`

const WRITING = `put: operation({ body: Body, responses: { 200: Item } },
  async ({ params, body }) => reply(200, { id: params.id, name: body.name })),`

/** A program of many routes, each with a path of its own. */
function program(methodOf: (index: number) => string): string {
  const routes = Array.from({ length: COUNT }, (_, index) => {
    return `Route('/items${index}/{id:int}', { ${methodOf(index)} }),`
  })
  return [
    `import { JSONResponse, Route } from 'stellula'`,
    `import { operation, reply } from 'stellula/operations'`,
    `import { Body, Item, Problem, Query } from './schemas.ts'`,
    `export const used = [JSONResponse, operation, reply, Body, Item, Problem, Query]`,
    `export const routes = [${routes.join('\n')}] as const`,
  ].join('\n')
}

/** Inside the package, so that its own name resolves. */
const FOLDER = path.resolve('build', 'editorcost')

/** Types that the compiler has made of generic ones: unlike its time, the same on every machine. */
async function instantiationsOf(name: string): Promise<number> {
  const config = path.join(FOLDER, `tsconfig.${name}.json`)
  const compilerOptions = { noEmit: true, allowImportingTsExtensions: true }
  const files = [`${name}.ts`]
  writeFileSync(
    config,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, files, include: [] }),
  )
  const told = await compile(config, '--extendedDiagnostics')
  return Number(/^Instantiations:\s+(\d+)/m.exec(told)?.[1])
}

t.test('type checking 200 operations stays within its limit', async (t) => {
  mkdirSync(FOLDER, { recursive: true })
  t.teardown(() => rmSync(FOLDER, { recursive: true }))
  writeFileSync(path.join(FOLDER, 'schemas.ts'), SCHEMAS)
  writeFileSync(
    path.join(FOLDER, 'plain.ts'),
    program(() => PLAIN),
  )
  writeFileSync(
    path.join(FOLDER, 'operations.ts'),
    program((index) => (index % 2 === 0 ? READING : WRITING)),
  )
  const [plain, operations] = [
    await instantiationsOf('plain'),
    await instantiationsOf('operations'),
  ]
  // Measured: 137 for a plain route and 276 for an operation, of which a route remembers the contract.
  // In CPU time of the whole compilation TypeScript 7 takes 1.15 times as much; beyond what a program
  // without routes takes, 2.1 times: 94 ms for 200 operations, 45 ms for 200 routes. The checker of
  // TypeScript 5.9 takes 2.5 times as much: 590 ms and 220.
  t.ok(plain > 0 && plain < COUNT * 170, `${plain}`)
  t.ok(
    operations > 0 && operations < 2.1 * plain,
    `${operations} for operations, ${plain} for plain`,
  )
})

/** A program that calls a client, whose type is written in its first lines. */
function calling(lines: readonly string[]): string {
  const calls = Array.from({ length: COUNT / 2 }, (_, index) => {
    const key = `PUT /items${index * 2 + 1}/{id:int}`
    return `await call('${key}', { params: { id: 1 }, body: { name: 'a', tags: [] } })`
  })
  return [
    `import { type ApiOf, client } from 'stellula/client'`,
    `import type { routes } from './operations.ts'`,
    `export type Used = ApiOf<[]>`,
    ...lines,
    ...calls,
  ].join('\n')
}

t.test('type checking a client of them stays within its limit', async (t) => {
  mkdirSync(FOLDER, { recursive: true })
  t.teardown(() => rmSync(FOLDER, { recursive: true }))
  writeFileSync(path.join(FOLDER, 'schemas.ts'), SCHEMAS)
  const routes = program((index) => (index % 2 === 0 ? READING : WRITING))
  writeFileSync(path.join(FOLDER, 'operations.ts'), routes)
  const ofRoutes = [`const call = client<typeof routes>('')`]
  const ofInterface = [
    `interface Api extends ApiOf<typeof routes> {}`,
    `const call = client<Api>('')`,
  ]
  writeFileSync(path.join(FOLDER, 'client.ts'), calling(ofRoutes))
  writeFileSync(path.join(FOLDER, 'interface.ts'), calling(ofInterface))
  // Measured with 100 calls: 371,000, since each call costs the more, the more operations there are; 134,000
  // with an interface, on which a call costs 200 however many there are.
  const [found, known] = [await instantiationsOf('client'), await instantiationsOf('interface')]
  t.ok(found > 0 && found < COUNT * 2_100, `${found}`)
  t.ok(known > 0 && known < COUNT * 800, `${known}`)
})
