// One task of the list: its state, its files, and what can be done with it.
import { call, callForFile } from './api.ts'

export interface Task {
  readonly id: number
  readonly title: string
  readonly status: 'open' | 'done'
  readonly due: string | null
}

/** The part of the page for a task. */
export function itemOf(task: Task, changed: () => void, run: (work: () => Promise<void>) => void) {
  const template = document.querySelector<HTMLTemplateElement>('#task')
  const item = template?.content.firstElementChild?.cloneNode(true) as HTMLElement
  const part = <Kind extends Element>(selector: string): Kind =>
    item.querySelector(selector) as Kind
  const params = { id: task.id }
  const box = part<HTMLInputElement>('[type=checkbox]')
  const files = part<HTMLElement>('.files')
  item.classList.toggle('done', task.status === 'done')
  part('.title').textContent = task.title
  part('time').textContent = task.due ?? ''
  box.checked = task.status === 'done'
  box.onchange = () =>
    run(async () => {
      const status = box.checked ? 'done' : 'open'
      await call('PATCH /tasks/{id:int}', { params, body: { status }, expect: [200] })
      changed()
    })
  part<HTMLElement>('.remove').onclick = () =>
    run(async () => {
      await call('DELETE /tasks/{id:int}', { params, expect: [204] })
      changed()
    })
  const input = part<HTMLInputElement>('[type=file]')
  input.onchange = () =>
    run(async () => {
      const [file] = input.files ?? []
      if (file === undefined) return
      const sent = { params, multipart: { file }, expect: [201] } as const
      await call('POST /tasks/{id:int}/attachments', sent)
      await showFiles(task.id, files, run)
    })
  run(() => showFiles(task.id, files, run))
  return item
}

async function showFiles(id: number, list: HTMLElement, run: (work: () => Promise<void>) => void) {
  const found = await call('GET /tasks/{id:int}/attachments', { params: { id }, expect: [200] })
  list.replaceChildren(
    ...found.body.map(({ id: file, name, size }) => {
      const button = document.createElement('button')
      button.textContent = `${name} (${size} bytes)`
      button.onclick = () => run(() => download(id, file, name))
      const item = document.createElement('li')
      item.append(button)
      return item
    }),
  )
}

/** A link cannot send the token, so that the file is fetched first. */
async function download(id: number, file: number, name: string): Promise<void> {
  const path = 'GET /tasks/{id:int}/attachments/{file:int}'
  const { response } = await callForFile(path, { params: { id, file }, expect: [200] })
  const href = URL.createObjectURL(await response.blob())
  Object.assign(document.createElement('a'), { href, download: name }).click()
  URL.revokeObjectURL(href)
}
