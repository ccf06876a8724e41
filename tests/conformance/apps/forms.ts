/** Routes of `main` that read forms. */
import type { Form, FormOptions } from '../../../lib/forms.ts'
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { messageOf, toBase64 } from './shared.ts'

function itemsOf(form: Form): Promise<unknown[]> {
  return Promise.all(
    [...form].map(async ([name, value]) => {
      if (typeof value === 'string') return [name, value]
      const { filename, size, contentType, headers } = value
      const base64 = toBase64(await value.bytes())
      return [name, { filename, size, content_type: contentType, headers: [...headers], base64 }]
    }),
  )
}

function limitsOf({ queryParams }: Request): FormOptions {
  const options: FormOptions = {}
  const limit = (name: string, key: keyof FormOptions): void => {
    const value = queryParams.get(name)
    if (value !== null) Object.assign(options, { [key]: Number(value) })
  }
  limit('max_files', 'maxFiles')
  limit('max_fields', 'maxFields')
  limit('max_part_size', 'maxPartSize')
  return options
}

async function showForm(request: Request): Promise<JSONResponse> {
  const form = await request.form(limitsOf(request))
  const items = await itemsOf(form)
  await form.close()
  return new JSONResponse({ items })
}

async function showFormWith(request: Request): Promise<JSONResponse> {
  await using form = await request.form()
  const texts = [...form].filter(([, value]) => typeof value === 'string')
  return new JSONResponse({
    items: await itemsOf(form),
    dict_keys: [...new Set(form.keys())],
    last: Object.fromEntries(texts),
  })
}

async function formAfterBody(request: Request): Promise<JSONResponse> {
  const { byteLength } = await request.bytes()
  return new JSONResponse({ length: byteLength, items: await itemsOf(await request.form()) })
}

async function formThenBody(request: Request): Promise<JSONResponse> {
  const items = await itemsOf(await request.form())
  const body = await request.bytes().then(
    ({ byteLength }) => `body:${byteLength}`,
    (error) => `RuntimeError: ${messageOf(error)}`,
  )
  return new JSONResponse({ items, body })
}

export const forms: readonly Routable[] = [
  Route('/form', showForm, { methods: ['POST'] }),
  Route('/form-with', showFormWith, { methods: ['POST'] }),
  Route('/form-after-body', formAfterBody, { methods: ['POST'] }),
  Route('/form-then-body', formThenBody, { methods: ['POST'] }),
]
