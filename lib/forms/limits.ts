/** What a form may hold: one set of limits, and one way to count, for every kind of form. */
import { HTTPException } from '../exceptions.ts'

/** Limits that hold while parts are read; each states itself in the error. */
export interface PartsOptions {
  /**
   * The most bytes of the whole body (100 MB for multipart, 10 MB for urlencoded, or what
   * `bodyLimit()` set).
   */
  maxSize?: number
  /** The most fields, which are all parts but files (1000). */
  maxFields?: number
  /** The most files (1000). */
  maxFiles?: number
  /** The most bytes of one field; of a urlencoded one its name counts too, as sent (1 MiB). */
  maxPartSize?: number
  /** The most bytes of all fields together, names and headers of parts included (10 MB). */
  maxFieldsSize?: number
  /** The most bytes of one file (Infinity: what `maxSize` leaves). */
  maxFileSize?: number
  /** The most header fields of one part, up to 1998; together they have at most 16 KB (100). */
  maxHeaderPairs?: number
}

/** The limits as they hold. */
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
 * @param where The method that was given the options.
 * @throws RangeError for a limit that is none: compared with NaN, nothing would be too much.
 */
export function limitsOf(options: PartsOptions, where: string): Limits {
  const limits: Record<string, number> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(options)) {
    if (!name.startsWith('max') || value === undefined) continue
    if (!(typeof value === 'number' && value >= 0)) {
      throw new RangeError(
        `${where}: ${name} must be a number from 0 on, ${JSON.stringify(value)} was given. Infinity means no limit.`,
      )
    }
    limits[name] = value
  }
  // The defaults have every key.
  return limits as unknown as Limits
}

/** The parser drops what comes behind the 1999th. */
const MOST_HEADER_PAIRS = 1998

/** Counts what comes in, and refuses what is too much. */
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

  /** @throws HTTPException 400 when a part has more header fields than it may have. */
  headers(count: number): void {
    const maxHeaderPairs = Math.min(this.#limits.maxHeaderPairs, MOST_HEADER_PAIRS)
    if (count <= maxHeaderPairs) return
    const detail = `Too many headers in a part. Maximum number of headers is ${maxHeaderPairs}.`
    throw new HTTPException(400, detail)
  }

  /**
   * A field or a file begins.
   *
   * @param headSize How many bytes are kept of its name and headers.
   * @throws HTTPException 413 when it is one too many.
   */
  begin(isFile: boolean, headSize: number): void {
    const { maxFields, maxFiles } = this.#limits
    this.#isFile = isFile
    this.#partSize = 0
    if (isFile && ++this.#files > maxFiles) throw tooMany('files', maxFiles)
    if (!isFile && ++this.#fields > maxFields) throw tooMany('fields', maxFields)
    this.#keep(headSize)
  }

  /** @throws HTTPException 413 when these bytes make a field or file too large. */
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
