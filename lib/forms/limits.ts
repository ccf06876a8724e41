/** The limits of forms, and their counters, for all kinds of forms. */
import { HTTPException } from '../exceptions.ts'
import { outOfRange } from '../internal/checks.ts'

/** Limits that are checked while parts are read; the error names the one that was exceeded. */
export interface PartsOptions {
  /**
   * Maximum bytes of the whole body (100 MB for multipart, 10 MB for urlencoded, or the limit of
   * `bodyLimit()`).
   */
  maxSize?: number
  /** Maximum number of fields: all parts except files (1000). */
  maxFields?: number
  /** Maximum number of files (1000). */
  maxFiles?: number
  /** Maximum bytes of one field (1 MiB). For urlencoded forms this includes its name, as sent. */
  maxPartSize?: number
  /** Maximum bytes of all fields together, names and headers of parts included (10 MB). */
  maxFieldsSize?: number
  /** Maximum bytes of one file (Infinity: only `maxSize` limits files). */
  maxFileSize?: number
  /** Maximum number of header fields of a part (100). Together they may have at most 16 KB. */
  maxHeaderPairs?: number
}

/** The names of these options. */
export const PARTS =
  'maxSize maxFields maxFiles maxPartSize maxFieldsSize maxFileSize maxHeaderPairs'

/** The limits with their defaults. */
export type Limits = Required<Omit<PartsOptions, 'maxSize'>>

const DEFAULTS: Limits = {
  maxFields: 1000,
  maxFiles: 1000,
  maxPartSize: 1_048_576,
  maxFieldsSize: 10_000_000,
  maxFileSize: Number.POSITIVE_INFINITY,
  maxHeaderPairs: 100,
}

/**
 * Fills in the defaults.
 *
 * @param where The method that received the options.
 * @throws RangeError if a limit is invalid: with NaN, no comparison would ever fail.
 */
export function limitsOf(options: PartsOptions, where: string): Limits {
  const limits: Record<string, number> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(options)) {
    if (!name.startsWith('max') || value === undefined) continue
    if (!(typeof value === 'number' && value >= 0)) {
      throw outOfRange(
        where,
        `${name} must be a number from 0 on`,
        value,
        'Infinity means no limit',
      )
    }
    limits[name] = value
  }
  // The defaults have every key.
  return limits as unknown as Limits
}

/** Counts parts and bytes, and throws when a limit is exceeded. */
export class Meter {
  readonly #limits: Limits
  #fields = 0
  #files = 0
  #fieldsSize = 0
  #isFile = false
  #partSize = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** @throws HTTPException 400 if a part has too many header fields. */
  headers(count: number): void {
    const { maxHeaderPairs } = this.#limits
    if (count <= maxHeaderPairs) return
    const detail = `Too many headers in a part. Maximum number of headers is ${maxHeaderPairs}.`
    throw new HTTPException(400, detail)
  }

  /**
   * Counts the beginning of a field or file.
   *
   * @param headSize The bytes of its name and headers that are kept.
   * @throws HTTPException 413 if there are too many.
   */
  begin(isFile: boolean, headSize: number): void {
    const { maxFields, maxFiles } = this.#limits
    this.#isFile = isFile
    this.#partSize = 0
    if (isFile && ++this.#files > maxFiles) throw tooMany('files', maxFiles)
    if (!isFile && ++this.#fields > maxFields) throw tooMany('fields', maxFields)
    this.#keep(headSize)
  }

  /** @throws HTTPException 413 if these bytes make a field or file too large. */
  add(size: number): void {
    const { maxFileSize, maxPartSize } = this.#limits
    this.#partSize += size
    if (this.#isFile) {
      if (this.#partSize > maxFileSize) throw tooLarge('File', maxFileSize)
      return
    }
    if (this.#partSize > maxPartSize) throw tooLarge('Field', maxPartSize)
    this.#keep(size)
  }

  #keep(size: number): void {
    const { maxFieldsSize } = this.#limits
    this.#fieldsSize += size
    if (this.#fieldsSize > maxFieldsSize) throw tooLarge('All fields', maxFieldsSize)
  }
}

function tooMany(what: string, most: number): HTTPException {
  return new HTTPException(413, `Too many ${what}. Maximum number of ${what} is ${most}.`)
}

function tooLarge(what: string, most: number): HTTPException {
  return new HTTPException(413, `${what} exceeded maximum size of ${most} bytes.`)
}
