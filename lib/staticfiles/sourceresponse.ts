/** Returns one file of a source from a handler. */
import { notFoundException } from '../exceptions/common.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { contentDisposition, type Disposition } from '../http/disposition.ts'
import { Headers, type HeadersInit } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { App, HeaderList } from '../types.ts'
import { servableName } from './names.ts'
import { readOptions } from './options.ts'
import { assertSource, type FileSource } from './source.ts'
import { SourcedFiles } from './sourced.ts'
import { replyFromSource } from './sourcereply.ts'

export interface SourceResponseOptions {
  /** The name under which browsers save the file (unset: the last part of the URL). */
  filename?: string
  /** `'attachment'` to save, `'inline'` to show (`'attachment'` if there is a filename, otherwise unset). */
  contentDisposition?: Disposition
  /** Further header fields. They replace the fields of the file with the same name (none). */
  headers?: HeadersInit
}

/**
 * Sends one file of a source with ranges and conditional requests, as `FileResponse` does for the disk.
 *
 * The name may come from a client: if it is missing or invalid, the response is a 404.
 *
 * @returns An app, which a handler may return.
 * @throws TypeError if the source or an option is invalid.
 * @example
 * const invoices = memoryFiles({ '2026/7.pdf': new Uint8Array(100) })
 * Route('/invoices/{key:path}', ({ pathParams: { key } }) =>
 *   sourceResponse(invoices, key, { filename: 'invoice.pdf', headers: { 'cache-control': 'private' } }),
 * )
 */
export function sourceResponse(
  source: FileSource,
  name: string,
  options: SourceResponseOptions = {},
): App {
  assertSource('sourceResponse', source)
  knownOptions('sourceResponse', options, 'filename contentDisposition headers')
  const fields = fieldsOf(options)
  const files = new SourcedFiles(source, SETTINGS)
  return async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    const isName = servableName(`/${name}`, '', true) === name
    const found = isName ? await files.look(name) : 'directory'
    if (found === 'directory') throw notFoundException()
    const file = { ...found, headers: replaceFields(found.headers, fields) }
    const answer = await replyFromSource(files, { file, plain: file, status: 200 }, scope)
    return answer(scope, receive, send)
  }
}

const SETTINGS = readOptions({ cache: false })

function fieldsOf({
  filename,
  contentDisposition: chosen,
  headers,
}: SourceResponseOptions): Headers {
  const fields = Headers.from(headers)
  if (filename === undefined && chosen === undefined) return fields
  fields.setDefault('content-disposition', contentDisposition(chosen ?? 'attachment', filename))
  return fields
}

function replaceFields(list: HeaderList, fields: Headers): HeaderList {
  const headers = new Headers(list)
  for (const name of fields.keys()) headers.delete(name)
  return [...headers.list, ...fields.list]
}
