// One change of a contract shows at once in the document, in the page, and in the types of a client.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { Application, Mount } from '../../lib/index.ts'
import type { Routable } from '../../lib/routing.ts'
import { noBrowser } from '../support/browser.ts'
import { compile } from '../support/compiler.ts'
import { listening } from '../support/sockets.ts'
import { docsWith, noPage } from '../support/viewers.ts'
import { sharedPage, show } from '../support/windows.ts'

t.setTimeout(300_000)

/** A contract whose user has these fields. */
const contractWith = (fields: string): string => `
import { Route } from 'stellula'
import { operation } from 'stellula/operations'
import * as z from 'zod'
const User = z.object({ id: z.int(), ${fields} }).meta({ id: 'User' })
const users = new Map([[1, { id: 1, name: 'Ada', email: 'ada@example.org' }]])
export const api = [
  Route('/users/{id:int}', {
    get: operation({ summary: 'A user', responses: { 200: User } }, ({ params }) => users.get(params.id)!),
  }),
] as const
`

/** A program that shows the new field. */
const PROGRAM = `
import { client } from 'stellula/client'
import type { api } from './api.ts'
export async function emailOf(base: string): Promise<string> {
  const call = client<typeof api>(base)
  const { body } = await call('GET /users/{id:int}', { params: { id: 1 }, expect: [200] })
  return body.email
}
`

/** Inside the package, so that its own name resolves. */
const FOLDER = path.resolve('build', 'change')

interface Compiled {
  /** What the compiler says, nothing if it compiles. */
  readonly said: string
  readonly routes: readonly Routable[]
  readonly emailOf: (base: string) => Promise<string>
}

async function compiled(name: string, fields: string): Promise<Compiled> {
  const folder = path.join(FOLDER, name)
  mkdirSync(folder, { recursive: true })
  const files = { 'api.ts': contractWith(fields), 'program.ts': PROGRAM }
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text)
  const compilerOptions = { noEmit: false, outDir: 'out', rootDir: '.' }
  const config = { extends: '../../../tsconfig.json', compilerOptions, include: ['*.ts'] }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
  const said = await compile(folder)
  const load = (file: string) => import(pathToFileURL(path.join(folder, 'out', file)).href)
  const { api } = await load('api.js')
  return { said, routes: api, emailOf: (await load('program.js')).emailOf }
}

/** Serves the routes with a page, and tells what the document and the page say of a user. */
async function shown(t: Test, page: Page, routes: readonly Routable[]) {
  const docs = docsWith('swagger', { title: 'Users', version: '1.0.0' })
  const { port } = await listening(t, Application({ routes: [...routes, Mount('/docs', docs)] }))
  const base = `http://127.0.0.1:${port}`
  const { components } = (await (await fetch(`${base}/docs/openapi.json`)).json()) as {
    components: { schemas: { User: { properties: object } } }
  }
  await show(page, `${base}/docs`)
  await page.locator('.opblock-summary').click()
  const example = page.locator('.response .example').first()
  await example.getByText('"name"').waitFor()
  return {
    base,
    fields: Object.keys(components.schemas.User.properties),
    page: JSON.parse(await example.innerText()) as object,
  }
}

t.test('a field is added to a contract', { skip: noBrowser || noPage('swagger') }, async (t) => {
  t.teardown(() => rmSync(FOLDER, { recursive: true }))
  const [before, after] = await Promise.all([
    compiled('before', 'name: z.string()'),
    compiled('after', 'name: z.string(), email: z.email()'),
  ])

  t.match(before.said, /program\.ts.*error TS2339: Property 'email' does not exist/)
  t.equal(after.said, '')
  const page = await sharedPage(t)
  const old = await shown(t, page, before.routes)
  t.same(old.fields, ['id', 'name'])
  t.same(Object.keys(old.page), ['id', 'name'])
  const now = await shown(t, page, after.routes)
  t.same(now.fields, ['id', 'name', 'email'])
  t.same(Object.keys(now.page), ['id', 'name', 'email'])
  t.equal(await before.emailOf(old.base), undefined, 'what the contract does not have is not sent')
  t.equal(await after.emailOf(now.base), 'ada@example.org')
})
