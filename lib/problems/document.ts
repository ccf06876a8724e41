/** Makes the problem document of an exception. */

import type { ErrorClass, ErrorKey } from '../errors/handlers.ts'
import { Problem } from '../exceptions/problem.ts'
import type { ProblemDocument } from '../exceptions/problemdocument.ts'
import { ValidationError } from '../exceptions/validation.ts'
import { HTTPException } from '../exceptions.ts'
import { statusPhrase } from '../http/status.ts'
import { check, checkRange, invalid } from '../internal/checks.ts'
import { ownPrototype } from '../types/brand.ts'

/** The common members of the problems of one status or class. */
export interface ProblemType {
  /** A URI that identifies the kind of problem, if possible the URL of a page about it ('about:blank'). */
  type?: string
  /** A short text (the reason phrase of the status). */
  title?: string
  /**
   * The status. It is required for a class that does not extend HTTPException, and not allowed for others.
   */
  status?: number
}

/** A status or a class of errors, and the URI or the common members of its problems. */
export type ProblemTypeEntry = readonly [key: ErrorKey, type: string | ProblemType]

/** The types of problems by status, and by class. */
export class ProblemTypes {
  readonly #byStatus = new Map<number, ProblemType>()
  readonly #byClass = new Map<object, ProblemType>()
  /** The classes that do not extend HTTPException. */
  readonly classes: readonly ErrorClass[]

  constructor(entries: Iterable<ProblemTypeEntry>) {
    const classes: ErrorClass[] = []
    for (const entry of entries) {
      const [key, type] = readEntry(entry)
      if (typeof key === 'number') this.#byStatus.set(key, type)
      else {
        this.#byClass.set(ownPrototype(key.prototype), type)
        if (!extendsException(key)) classes.push(key)
      }
    }
    this.classes = classes
  }

  /** Returns the type of an error: by its most specific class, or by its status. */
  of(error: unknown, status: number | undefined): ProblemType | undefined {
    let proto: object | null = typeof error === 'object' && error !== null ? error : null
    while (proto !== null) {
      const type = this.#byClass.get(ownPrototype(proto))
      if (type !== undefined) return type
      proto = Object.getPrototypeOf(proto)
    }
    return status === undefined ? undefined : this.#byStatus.get(status)
  }

  /**
   * Returns the problem document of an error. If it is not an HTTPException, the document has no detail,
   * because its message is not for clients.
   */
  documentOf(error: unknown): ProblemDocument {
    if (!(error instanceof HTTPException)) {
      const { status = 500, ...type } = this.of(error, undefined) ?? {}
      return { ...plain(status), ...this.#byStatus.get(status), ...type }
    }
    const document = ownDocument(error)
    if (document.type !== undefined && document.type !== 'about:blank') return document
    return { ...document, ...this.of(error, error.status) }
  }
}

function ownDocument(error: HTTPException): ProblemDocument {
  if (error instanceof Problem || error instanceof ValidationError) return error.document
  const { status, detail } = error
  const document = plain(status, detail)
  return document.title === detail ? document : { ...document, detail }
}

function plain(status: number, detail = 'Error'): ProblemDocument {
  return { type: 'about:blank', title: statusPhrase(status) ?? detail, status }
}

function extendsException(key: ErrorClass): boolean {
  return (
    ownPrototype(key.prototype) === HTTPException.prototype ||
    key.prototype instanceof HTTPException
  )
}

const FIX = "Write [404, 'https://example.org/problems/not-found']"

function readEntry(entry: ProblemTypeEntry): readonly [ErrorKey, ProblemType] {
  const isPair = Array.isArray(entry) && entry.length === 2
  check('problemDetails', isPair, 'types must be pairs of a key and a type', entry, FIX)
  const [key, given] = entry
  const isClass = typeof key === 'function' && typeof key.prototype === 'object'
  if (!isClass && !isErrorStatus(key)) {
    const what = 'a key of types must be a status from 400 to 599, or a class of errors'
    throw invalid('problemDetails', what, key, FIX)
  }
  const type = typeof given === 'string' ? { type: given } : readType(given)
  if (!isClass || extendsException(key)) {
    const what = 'the type of an HTTPException must not have a status'
    check('problemDetails', type.status === undefined, what, type.status, 'Leave it out')
  } else {
    const what = `the status of ${key.name} must be an integer from 400 to 599`
    const fix = `Write [${key.name}, { status: 409, type: '…' }]`
    checkRange('problemDetails', isErrorStatus(type.status), what, type.status, fix)
  }
  return [key, type]
}

function readType(given: ProblemType): ProblemType {
  const isObject = typeof given === 'object' && given !== null
  check('problemDetails', isObject, 'a type must be a URI or an object', given, FIX)
  const { type, title, status } = given
  for (const [name, text] of Object.entries({ type, title })) {
    const isText = text === undefined || typeof text === 'string'
    check('problemDetails', isText, `the ${name} of a problem must be text`, text, FIX)
  }
  return {
    ...(type === undefined ? {} : { type }),
    ...(title === undefined ? {} : { title }),
    ...(status === undefined ? {} : { status }),
  }
}

function isErrorStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599
}
