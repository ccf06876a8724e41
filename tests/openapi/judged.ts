// Documents before the official meta-schemas, and before a linter of the field.
import { spawnSync } from 'node:child_process'
import { validate as validate31 } from '@hyperjump/json-schema/openapi-3-1'
import { validate as validate32 } from '@hyperjump/json-schema/openapi-3-2'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import t from 'tap'
import { app } from '../../examples/tasks/app.ts'
import { type OpenAPIDocument, openapi } from '../../lib/openapi.ts'
import { INFO, SERVERS, shopRoutes } from '../support/shopapi.ts'

const VERSIONS = ['3.1', '3.2'] as const
const VALIDATORS = { '3.1': validate31, '3.2': validate32 }

/** Rules that ask for what an author may leave out. */
const CONFIG = await createConfig({ extends: ['recommended-strict'] })

async function findings(document: OpenAPIDocument): Promise<string[]> {
  const source = JSON.stringify(document)
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config: CONFIG })
  return problems.map(
    ({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`,
  )
}

for (const version of VERSIONS) {
  t.test(`version ${version}: the meta-schema and a linter find no fault`, async (t) => {
    const document = openapi(shopRoutes, INFO, { version, servers: SERVERS })
    const schema = `https://spec.openapis.org/oas/${version}/schema-base`
    const plain: never = JSON.parse(JSON.stringify(document)) as never
    const output = await VALIDATORS[version](schema, plain, 'BASIC')
    t.same(output.valid ? [] : output.errors, [])
    t.same(await findings(document), [])
  })
}

t.test('they find no fault in the document of the tasks, except missing summaries', async (t) => {
  const document = openapi(app, INFO, { servers: SERVERS, plain: false })
  const plain: never = JSON.parse(JSON.stringify(document)) as never
  t.ok((await validate31('https://spec.openapis.org/oas/3.1/schema-base', plain)).valid)
  const all = await findings(document)
  t.same(
    all.filter((finding) => !finding.startsWith('operation-summary')),
    [],
  )
})

t.test('the checks find faults in an invalid document', async (t) => {
  const wrong = { openapi: '3.1.1', info: INFO, paths: { '/a': { get: { nothing: 1 } } } } as never
  const output = await validate31('https://spec.openapis.org/oas/3.1/schema-base', wrong)
  t.notOk(output.valid)
  t.match(await findings(wrong), [/no-empty-servers/, /struct/])
})

t.test('another process creates the same document, byte for byte', async (t) => {
  const [lib, app] = ['../../lib/openapi.js', '../support/shopapi.js'].map((file) =>
    JSON.stringify(new URL(file, import.meta.url)),
  )
  const program = `
    import { type } from 'arktype'
    type({ another: 'string[]' })
    const { openapi } = await import(${lib})
    const { INFO, shopRoutes } = await import(${app})
    process.stdout.write(JSON.stringify(openapi(shopRoutes, INFO)))`
  const options = ['--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' })
  t.equal(stdout, JSON.stringify(openapi(shopRoutes, INFO)), stderr)
})
