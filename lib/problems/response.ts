/** Makes the response of a problem: the document for programs, a page for browsers, text for people. */

import { PROBLEM_TYPE, type ProblemDocument } from '../exceptions/problemdocument.ts'
import { pageOf } from '../html/look.ts'
import { html } from '../html.ts'
import { Headers, type HeadersInit } from '../http/headers.ts'
import { preferredTypes } from '../http/preferredtypes.ts'
import { Response } from '../responses/response.ts'

/** The document is first, because programs often accept everything. */
const OFFERED = [PROBLEM_TYPE, 'application/json', 'text/html', 'text/plain'] as const

/**
 * Returns the response of a document.
 *
 * @param accept The value of `Accept`; null always gives the document.
 */
export function documentResponse(
  document: ProblemDocument,
  status: number,
  headers: HeadersInit,
  accept: string | null,
): Response {
  const fields = new Headers(Headers.from(headers).list)
  // These fields describe another body.
  fields.delete('content-type').delete('content-length')
  if (accept !== null) fields.vary('Accept')
  const mediaType = accept === null ? PROBLEM_TYPE : formatFor(accept)
  return new Response(renderDocument(document, mediaType), { status, headers: fields, mediaType })
}

/**
 * Returns the media type. A client that accepts none of them gets the document, as RFC 9110 section 12.4.1
 * allows.
 */
function formatFor(accept: string): string {
  const [best = PROBLEM_TYPE] = preferredTypes(accept, OFFERED)
  return best === 'application/json' ? PROBLEM_TYPE : best
}

function renderDocument(document: ProblemDocument, mediaType: string): string {
  if (mediaType === 'text/html') return asPage(document)
  return mediaType === 'text/plain' ? textOf(document) : JSON.stringify(document)
}

function textOf(document: ProblemDocument): string {
  const { title, detail } = document
  const lines = [detail ?? title, ...issuesOf(document).map((issue) => `- ${issue}`)]
  return lines.join('\n')
}

function asPage(document: ProblemDocument): string {
  const { title, status, detail, type = '' } = document
  const name = `${status} ${title}`
  const items = issuesOf(document).map((issue) => html`<li>${issue}</li>\n`)
  // A URI of another scheme does not show a page, and might have another effect.
  const hasPage = /^(?:https?:\/\/|\/)/i.test(type)
  const content = html`<main>
<h1>${name}</h1>
${detail && html`<p>${detail}</p>\n`}${items.length > 0 && html`<ul>\n${items}</ul>\n`}
${hasPage && html`<p><a href="${type}">About this problem</a></p>\n`}</main>`
  return pageOf(name, content).toString()
}

/** The issues of a ValidationError, each as a line. */
function issuesOf({ errors }: ProblemDocument): string[] {
  if (!Array.isArray(errors)) return []
  return errors.map(({ source, pointer, message }: Record<string, unknown>) => {
    return `${[source, pointer].filter(Boolean).join(' ')}: ${message}`
  })
}
