/** Problem documents (RFC 9457), and their validation. */

import { invalid } from '../internal/checks.ts'
import type { JSONSchemaTarget, SchemaIssue, SchemaResult } from '../types/schemas.ts'

/** The media type of problem documents. */
export const PROBLEM_TYPE = 'application/problem+json'

/** A problem document (RFC 9457 section 3.1); other members are its extensions. */
export interface ProblemDocument {
  /** A URI that identifies the kind of problem ('about:blank': the status alone describes it). */
  type?: string
  /** A short text that is the same for all problems of this type. */
  title: string
  /** The status of the response. */
  status?: number
  /** A description of this occurrence. */
  detail?: string
  /** A URI that identifies this occurrence. */
  instance?: string
  [extension: string]: unknown
}

/** The JSON Schema, which is the same in all versions. */
const JSON_SCHEMA = {
  title: 'Problem',
  type: 'object',
  properties: {
    type: { type: 'string', format: 'uri-reference', default: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 100, maximum: 599 },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
  },
  required: ['title'],
} as const

const TARGETS = ['draft-2020-12', 'draft-07', 'openapi-3.0']

/**
 * Returns the JSON Schema of a problem document.
 *
 * @throws TypeError if the version is unknown. Standard JSON Schema requires that.
 */
export function problemJSONSchema({ target }: JSONSchemaTarget): Record<string, unknown> {
  if (TARGETS.includes(target)) return structuredClone(JSON_SCHEMA)
  const what = `the target must be one of ${TARGETS.join(', ')}`
  throw invalid('Problem', what, target, 'Use draft-2020-12')
}

/** Validates a problem document for Standard Schema. Its extensions are kept. */
export function validateProblem(value: unknown): SchemaResult<ProblemDocument> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { issues: [{ message: 'A problem document must be an object.', path: [] }] }
  }
  const document = value as Record<string, unknown>
  const issues = [
    ...(typeof document['title'] === 'string' ? [] : [mustBeText('title')]),
    ...['type', 'detail', 'instance'].flatMap((name) => {
      const member = document[name]
      return member === undefined || typeof member === 'string' ? [] : [mustBeText(name)]
    }),
    ...(isStatus(document['status']) ? [] : [wrongStatus()]),
  ]
  return issues.length > 0 ? { issues } : { value: value as ProblemDocument }
}

function mustBeText(name: string): SchemaIssue {
  return { message: `The ${name} of a problem document must be text.`, path: [name] }
}

function isStatus(status: unknown): boolean {
  if (status === undefined) return true
  return Number.isInteger(status) && Number(status) >= 100 && Number(status) <= 599
}

function wrongStatus(): SchemaIssue {
  const message = 'The status of a problem document must be an integer from 100 to 599.'
  return { message, path: ['status'] }
}
