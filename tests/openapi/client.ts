// The types that openapi-typescript makes of a document: they compile, and a client of them calls the app.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { build } from 'esbuild'
import t from 'tap'
import { openapi } from '../../lib/openapi.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { components, paths } from '../fixtures/shop.d.ts'
import { INFO, shop, shopRoutes } from '../support/shopapi.ts'

const TYPES = 'tests/fixtures/shop.d.ts'

interface Generator {
  default(document: object, options: object): Promise<never>
  astToString(tree: never): string
}

/** The generator needs the API of TypeScript 5, which tap brings along. */
async function generator(): Promise<Generator> {
  const typescript = createRequire(path.resolve('node_modules/tshy/package.json')).resolve(
    'typescript',
  )
  const outfile = path.resolve('build/generator.cjs')
  await build({
    stdin: {
      contents: "export * from 'openapi-typescript'; export { default } from 'openapi-typescript'",
      resolveDir: '.',
    },
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'silent' },
    define: { 'import.meta.url': JSON.stringify(`file://${outfile}`) },
    plugins: [
      {
        name: 'typescript 5',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^typescript$/ }, () => ({ path: typescript, external: true }))
        },
      },
    ],
  })
  return createRequire(outfile)(outfile) as Generator
}

t.test('the types match the document', async (t) => {
  const { default: generate, astToString } = await generator()
  const { paths, ...others } = openapi(shopRoutes, INFO)
  const some = { '/order': paths['/order'], '/items': { post: paths['/items']?.['post'] } }
  const options = { defaultNonNullable: false }
  const made = astToString(await generate({ ...others, paths: some }, options))
  if (process.env['WRITE_TYPES'] !== undefined || !existsSync(TYPES)) {
    mkdirSync(path.dirname(TYPES), { recursive: true })
    writeFileSync(TYPES, made)
  }
  t.equal(made, readFileSync(TYPES, 'utf8'), 'write them anew with WRITE_TYPES=1')
})

type Order = paths['/order']['post']
type Item = components['schemas']['Item']

t.test('a client of these types calls the app', async (t) => {
  await using client = await testClient(shop)
  const ordered: NonNullable<Order['requestBody']>['content']['application/json'] = {
    count: 2,
    gift: true,
  }
  const answer = await client.post('/order', { json: ordered })
  const got: Order['responses'][200]['content']['application/json'] = await answer.json()
  t.same(got, { count: 2, gift: true })

  const item: components['schemas']['ItemInput'] = {
    ...{ id: '5d7f6a0e-4c1b-4f0e-9d7a-2f1f3a0c9b11', name: 'Tea', size: [1, 2], stock: { a: 1 } },
    ...{
      price: { amount: 3, currency: 'EUR' },
      payment: { kind: 'card', number: '1234' },
      key: 'k',
    },
  }
  const added: Item = await (await client.post('/items', { json: item })).json()
  t.same(added, { ...item, tags: [] })
  // @ts-expect-error A payment has one of two kinds.
  const wrong: components['schemas']['Payment'] = { kind: 'stones' }
  t.equal((await client.post('/items', { json: { ...item, payment: wrong } })).status, 422)
})
