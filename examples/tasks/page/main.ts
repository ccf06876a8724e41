// The page: who is logged in, and the tasks that are found.
import { call, token, wordsOf } from './api.ts'
import { itemOf } from './task.ts'

const at = <Kind extends HTMLElement = HTMLElement>(selector: string): Kind =>
  document.querySelector(selector) as Kind
const [enter, add, search] = ['#enter', '#add', '#search'].map((id) => at<HTMLFormElement>(id)) as [
  HTMLFormElement,
  HTMLFormElement,
  HTMLFormElement,
]
const LIMIT = 20
let offset = 0
let shown = 0

/** Runs what a person asks for, and says what went wrong. */
function run(work: () => Promise<void>): void {
  const told = at('#told')
  told.hidden = true
  work().catch((error) => {
    if ((error as { status?: number }).status === 401 && token.get() !== null) leave()
    told.textContent = wordsOf(error)
    told.hidden = false
  })
}

const textOf = (form: HTMLFormElement, name: string): string =>
  String(new FormData(form).get(name) ?? '')

async function show(): Promise<void> {
  shown += 1
  const current = shown
  const chosen = textOf(search, 'status')
  const status: 'open' | 'done' | undefined =
    chosen === 'open' || chosen === 'done' ? chosen : undefined
  const query = { q: textOf(search, 'q'), status, limit: LIMIT, offset }
  const { body } = await call('GET /tasks', { query, expect: [200] })
  // Typing asks more than once, and an older answer may arrive after a newer one.
  if (current !== shown) return
  at('#tasks').replaceChildren(...body.items.map((task) => itemOf(task, () => run(show), run)))
  const { total = 0 } = body
  at('#count').textContent = total === 1 ? '1 task' : `${total} tasks`
  at('#before').hidden = offset === 0
  at('#after').hidden = offset + LIMIT >= total
}

async function start(): Promise<void> {
  const { body } = await call('GET /me', { expect: [200] })
  at('#user').textContent = body.name
  for (const element of [at('main'), at('#leave')]) element.hidden = false
  enter.hidden = true
  offset = 0
  await show()
}

function leave(): void {
  token.clear()
  at('#user').textContent = ''
  at('#tasks').replaceChildren()
  for (const element of [at('main'), at('#leave')]) element.hidden = true
  enter.hidden = false
}

enter.onsubmit = (event) => {
  event.preventDefault()
  const body = { name: textOf(enter, 'name'), password: textOf(enter, 'password') }
  const isNew = (event.submitter as HTMLButtonElement | null)?.value === 'signup'
  run(async () => {
    if (isNew) await call('POST /signup', { body, expect: [201] })
    const answer = await call('POST /login', { body, expect: [200] })
    token.set(answer.body.token)
    enter.reset()
    await start()
  })
}

add.onsubmit = (event) => {
  event.preventDefault()
  run(async () => {
    const body = { title: textOf(add, 'title'), due: textOf(add, 'due') || null }
    await call('POST /tasks', { body, expect: [201] })
    add.reset()
    await show()
  })
}

search.oninput = () => {
  offset = 0
  run(show)
}
search.onsubmit = (event) => event.preventDefault()
at('#leave').onclick = leave
at('#before').onclick = () => {
  offset = Math.max(0, offset - LIMIT)
  run(show)
}
at('#after').onclick = () => {
  offset += LIMIT
  run(show)
}

if (token.get() !== null) run(start)
