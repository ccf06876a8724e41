/** Problems: exceptions whose response is a problem document, and the schema of such documents. */

import { type ExceptionContent, HTTPException } from '../exceptions.ts'
import type { HeadersInit } from '../http/headers.ts'
import { statusPhrase } from '../http/status.ts'
import { check, checkRange, shown } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { brand } from '../types/brand.ts'
import type { StandardProps } from '../types/schemas.ts'
import {
  PROBLEM_TYPE,
  type ProblemDocument,
  problemJSONSchema,
  validateProblem,
} from './problemdocument.ts'

export interface ProblemInit {
  /** The status of the response, 400 to 599. */
  status: number
  /** A short text that is the same for all problems of this type (the reason phrase). */
  title?: string
  /** A description of this occurrence (none). */
  detail?: string
  /** A URI that identifies the kind of problem, if possible the URL of a page about it ('about:blank'). */
  type?: string
  /** A URI that identifies this occurrence (none). */
  instance?: string
  /** More header fields of the response (none). */
  headers?: HeadersInit
  /** Further members of the document. Their names should have only letters, digits and `_`. */
  [extension: string]: unknown
}

export interface ProblemOptions extends ErrorOptions {
  /** The `message` for logs, if clients must not read it (the detail, or the title). */
  message?: string
}

/**
 * An exception whose response is a problem document (RFC 9457), with the type `application/problem+json`.
 *
 * The class is also a Standard Schema of such documents. So `responses: { 404: Problem }` declares that an
 * operation may respond with one.
 *
 * @throws RangeError if the status is not from 400 to 599, or has no reason phrase and the title is
 * missing; TypeError if a member has no JSON form, or the type, title, detail or instance is not text.
 * @example
 * throw new Problem({
 *   status: 403,
 *   type: 'https://example.org/problems/out-of-credit',
 *   title: 'You do not have enough credit.',
 *   detail: 'Your balance is 30, but that costs 50.',
 *   balance: 30,
 * })
 */
export class Problem extends HTTPException {
  static {
    brand(Problem, 'Problem')
  }

  /** The media type of a document of this schema. */
  static readonly mediaType: string = PROBLEM_TYPE

  /** The schema of problem documents. */
  static readonly '~standard': StandardProps<ProblemDocument> = {
    version: 1,
    vendor: 'stellula',
    validate: validateProblem,
    jsonSchema: { input: problemJSONSchema, output: problemJSONSchema },
  }

  /** The document of the response. */
  readonly document: ProblemDocument

  constructor(init: ProblemInit, options: ProblemOptions = {}) {
    knownOptions('Problem', options, 'message cause')
    check(
      'Problem',
      isObject(init),
      'it takes an object',
      init,
      'Write new Problem({ status: 404 })',
    )
    const { headers, status, title, detail, type = 'about:blank', instance, ...extensions } = init
    const isError = Number.isInteger(status) && status >= 400 && status <= 599
    const range = 'the status must be an integer from 400 to 599'
    checkRange('Problem', isError, range, status, 'Return a response for other statuses')
    const named = title ?? statusPhrase(status)
    const hasTitle = named !== undefined
    checkRange('Problem', hasTitle, 'the status must have a reason phrase', status, 'Pass a title')
    for (const [name, text] of Object.entries({ title: named, type, detail, instance })) {
      const isText = text === undefined || typeof text === 'string'
      check('Problem', isText, `the ${name} must be text`, text, 'Put other values into extensions')
    }
    const message = options.message ?? detail ?? named
    super(status, detail ?? named, { ...options, message, headers: headers ?? [] })
    this.document = Object.freeze({
      type,
      title: named,
      status,
      ...(detail === undefined ? {} : { detail }),
      ...(instance === undefined ? {} : { instance }),
      ...extensions,
    })
    assertJSON(this.document)
  }

  override content(): ExceptionContent {
    return { mediaType: PROBLEM_TYPE, text: JSON.stringify(this.document) }
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Checks the document when the problem is made, because it could not be sent later. */
function assertJSON(document: ProblemDocument): void {
  try {
    JSON.stringify(document)
  } catch (cause) {
    const names = shown(Object.keys(document))
    throw new TypeError(
      `Problem: its members must have a JSON form, ${names} were given. Convert bigints to text, and leave out circular references.`,
      { cause },
    )
  }
}
