// Asks an app for all that its document declares: it never fails, and every answer is a declared one.
import { registerSchema, validate } from '@hyperjump/json-schema/draft-2020-12'
import * as fc from 'fast-check'
import t from 'tap'
import {
  type OpenAPIDocument,
  type OpenAPIOperation,
  type OpenAPIResponse,
  openapi,
} from '../../lib/openapi.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { Definitions } from '../support/generated.ts'
import { requestsFor } from '../support/requested.ts'
import { INFO, shop, shopRoutes } from '../support/shopapi.ts'

const RUNS = 40
const BASE = 'https://fuzz.test/shop'
const document: OpenAPIDocument = openapi(shopRoutes, INFO)
const definitions = (document.components?.schemas ?? {}) as Definitions

/** The declared response of a status, where it is written. */
function declaredOf({ responses }: OpenAPIOperation, status: number): OpenAPIResponse | undefined {
  const found = responses[String(status)] ?? responses['default']
  if (found === undefined || !('$ref' in found)) return found
  return document.components?.responses?.[found.$ref.slice(found.$ref.lastIndexOf('/') + 1)]
}

const schemas = new Map<string, Promise<(value: never) => { readonly valid: boolean }>>()

/** Whether a value fits a schema of the document. */
async function fits(schema: object, value: unknown): Promise<boolean> {
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')
  let checker = schemas.get(text)
  if (checker === undefined) {
    const uri = `${BASE}/${schemas.size}`
    const $defs = JSON.stringify(definitions).replaceAll('#/components/schemas/', '#/$defs/')
    registerSchema({ ...JSON.parse(text), $defs: JSON.parse($defs) }, uri, DIALECT)
    checker = validate(uri)
    schemas.set(text, checker)
  }
  return (await checker)(value as never).valid
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** What is wrong with an answer; undefined for one that is declared. */
async function faultOf(
  operation: OpenAPIOperation,
  response: Response,
): Promise<string | undefined> {
  const text = await response.text()
  if (response.status >= 500) return `it fails with ${text}`
  const declared = declaredOf(operation, response.status)
  if (declared === undefined) return 'the status is not declared'
  if (declared.content === undefined) return text === '' ? undefined : 'it has a body'
  const type = response.headers.get('content-type')?.replace(/;.*/, '') ?? ''
  const media = declared.content[type]
  if (media === undefined) return `${type} is not declared`
  if (media.schema === undefined || !type.endsWith('json')) return undefined
  return (await fits(media.schema, JSON.parse(text))) ? undefined : `${text} does not fit`
}

/** Statuses that refuse what does not fit the document. */
const REFUSED = [400, 413, 415, 422]

for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    t.test(`${method} ${path}: every response is declared and valid`, async (t) => {
      await using client = await testClient(shop, { raiseServerExceptions: false })
      const requests = requestsFor(path, operation, definitions)
      const asked = fc.asyncProperty(requests, async ({ url, headers, body, isFitting }) => {
        const content = body === undefined ? {} : { body }
        const response = await client.request(method.toUpperCase(), url, { headers, ...content })
        const { status } = response
        const refused = isFitting && REFUSED.includes(status) ? 'what fits is refused' : undefined
        const fault = (await faultOf(operation, response.clone())) ?? refused
        if (fault !== undefined) throw new Error(`${status}: ${fault} ${await response.text()}`)
      })
      await fc.assert(asked, { numRuns: RUNS })
      t.pass()
    })
  }
}
