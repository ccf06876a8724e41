/** Reads the body of a request as a form, by its content type. */
import { parseUrlencoded } from '#urlencoded'
import type { Body } from '../body.ts'
import { DEFAULT_MAX_UPLOAD_SIZE } from '../body.ts'
import { assertUnencoded } from '../exceptions/common.ts'
import { HTTPException } from '../exceptions.ts'
import { type MediaType, parseMediaType } from '../http/mediatypes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { turn } from '../internal/turn.ts'
import { collect, type FormOptions } from './collect.ts'
import { Form } from './form.ts'
import { type Limits, limitsOf, Meter, PARTS, type PartsOptions } from './limits.ts'
import { MultipartParser, type PartEvent } from './multipart.ts'
import { type Part, partsOf } from './parts.ts'
import { decoderOf } from './text.ts'

/** The parts of a request that a form is read from. */
export interface FormSource {
  readonly contentType: string | null
  readonly contentEncoding: string | null
  readonly body: Body
  /** The limit of `bodyLimit()`. */
  readonly maxBodySize: number | undefined
}

/**
 * Reads the whole form. If the content type is not that of a form, nothing is read and the form is empty
 * (FM-1).
 */
export async function readForm(source: FormSource, options: FormOptions): Promise<Form> {
  knownOptions('request.form', options, `${PARTS} maxMemorySize directory`)
  const limits = limitsOf(options, 'request.form')
  const media = parseMediaType(source.contentType ?? '')
  if (media.type === URLENCODED) {
    assertUnencoded(source.contentEncoding)
    const { maxSize = source.maxBodySize ?? Number.POSITIVE_INFINITY } = options
    const bytes = await source.body.bytes(Math.min(maxSize, limits.maxFieldsSize))
    return new Form(parseUrlencoded(bytes, new Meter(limits)))
  }
  if (media.type !== MULTIPART) return new Form()
  assertUnencoded(source.contentEncoding)
  const decode = decoderOf(media.params?.get('charset'))
  return collect(events(source, media, decode, limits, options.maxSize, 'form'), decode, options)
}

/** Reads the parts as they arrive. */
export async function* readParts(
  source: FormSource,
  options: PartsOptions,
): AsyncGenerator<Part, void, undefined> {
  knownOptions('request.parts', options, PARTS)
  const limits = limitsOf(options, 'request.parts')
  const media = parseMediaType(source.contentType ?? '')
  if (media.type !== MULTIPART) {
    throw new HTTPException(415, `The request body must be of the type ${MULTIPART}.`)
  }
  assertUnencoded(source.contentEncoding)
  const decode = decoderOf(media.params?.get('charset'))
  yield* partsOf(events(source, media, decode, limits, options.maxSize, 'parts'), decode)
}

const URLENCODED = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/**
 * The number of bytes parsed at a time: a body in memory is one piece, and parsing it at once would block the
 * event loop.
 */
const SLICE = 262_144

/** The events of the whole body, in batches. */
async function* events(
  { body, maxBodySize }: FormSource,
  media: MediaType,
  decode: (bytes: Uint8Array) => string,
  limits: Limits,
  maxSize: number | undefined,
  asked: string,
): AsyncGenerator<readonly PartEvent[], void, undefined> {
  const parser = new MultipartParser(boundaryOf(media), decode, new Meter(limits))
  let isEmpty = true
  for await (const chunk of body.stream(maxSize ?? maxBodySize ?? DEFAULT_MAX_UPLOAD_SIZE, asked)) {
    isEmpty = false
    for (let at = 0; at < chunk.byteLength; at += SLICE) {
      if (at > 0) await turn()
      yield parser.write(chunk.byteLength > SLICE ? chunk.subarray(at, at + SLICE) : chunk)
    }
  }
  if (!isEmpty) parser.end()
}

/** The length that RFC 2046 allows, with all characters that are unambiguous. */
const BOUNDARY = /^[ !#-[\]-~]{0,69}[!#-[\]-~]$/

function boundaryOf({ params }: MediaType): string {
  const boundary = params?.get('boundary')
  if (boundary === undefined || boundary === '') {
    throw new HTTPException(400, 'Missing boundary in multipart.')
  }
  if (!BOUNDARY.test(boundary)) {
    throw new HTTPException(400, 'The boundary must have 1 to 70 visible characters.')
  }
  return boundary
}
