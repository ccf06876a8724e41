// The chat as its visitors have it: two windows of a real browser, on one process and on two.
import { once } from 'node:events'
import type { BrowserContext, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { noBrowser } from '../support/browser.ts'
import { startExample } from '../support/program.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { launch } from '../support/windows.ts'

async function start(t: Test, env: Record<string, string> = {}): Promise<string> {
  return (await startExample(t, 'chat', env)).url
}

/** A window: the chat keeps nothing in the browser, so that all may be of one. */
async function enter(
  windows: BrowserContext,
  url: string,
  name: string,
  room: string,
): Promise<Page> {
  const page = await windows.newPage()
  await page.goto(url)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Room').fill(room)
  await page.getByRole('button', { name: 'Enter' }).click()
  await page.getByText(`${name} in ${room}`).waitFor()
  return page
}

function said(page: Page, text: string): Promise<void> {
  return page.locator('#talk li', { hasText: text }).waitFor()
}

function present(page: Page, name: string, state: 'visible' | 'detached' = 'visible') {
  return page.locator('#people li', { hasText: name }).waitFor({ state })
}

async function visit(t: Test, urls: readonly [string, string]): Promise<void> {
  const windows = await (await launch(t)).newContext()
  const ada = await enter(windows, urls[0], 'Ada', 'engines')
  const grace = await enter(windows, urls[1], 'Grace', 'engines')
  const other = await enter(windows, urls[1], 'Linus', 'kernels')

  await present(ada, 'Grace')
  await present(grace, 'Ada')
  t.pass('each sees who is there')

  await ada.getByLabel('Message').pressSequentially('hello <b>there</b>')
  await grace.getByText('Ada typing').waitFor()
  t.pass('and who is typing')
  await ada.keyboard.press('Enter')
  await said(grace, 'Ada hello <b>there</b>')
  t.pass('what one types shows in the window of the other, as text')
  await grace.getByLabel('Message').fill('hello Ada')
  await grace.getByRole('button', { name: 'Send' }).click()
  await said(ada, 'Grace hello Ada')
  t.same(await ada.locator('#talk b').allInnerTexts(), ['Ada', 'Grace'], 'in order, each once')

  const late = await enter(windows, urls[0], 'Edsger', 'engines')
  await said(late, 'Grace hello Ada')
  t.same(await late.locator('#talk b').allInnerTexts(), ['Ada', 'Grace'], 'history for the late')
  await present(grace, 'Edsger')

  await ada.close()
  await present(grace, 'Ada', 'detached')
  t.pass('who closes the window is gone')
  t.same(await other.locator('#talk li').count(), 0, 'another room hears nothing')
  t.same(await other.locator('#people li').allInnerTexts(), ['Linus (you)'])
}

t.test('two windows on one process', { skip: noBrowser }, async (t) => {
  const url = await start(t)
  await visit(t, [url, url])
})

t.test('two windows on two processes over Redis', { skip: noBrowser || noRedis }, async (t) => {
  const redis = new RedisServer()
  t.teardown(redis.close)
  await redis.start()
  const env = { REDIS_URL: redis.path }
  await visit(t, await Promise.all([start(t, env), start(t, env)]))
})

t.test('messages resume after Redis was down', { skip: noBrowser || noRedis }, async (t) => {
  const redis = new RedisServer()
  t.teardown(redis.close)
  await redis.start()
  const url = await start(t, { REDIS_URL: redis.path })
  const windows = await (await launch(t)).newContext()
  const ada = await enter(windows, url, 'Ada', 'engines')
  const say = async (text: string): Promise<void> => {
    await ada.getByLabel('Message').fill(text)
    await ada.keyboard.press('Enter')
  }

  await present(ada, 'Ada (you)')

  await redis.kill()
  await say('lost')
  await said(ada, 'could not be sent: lost')
  t.pass('who writes meanwhile is told')

  await redis.start()
  while ((await ada.locator('#talk li', { hasText: 'Ada found' }).count()) === 0) {
    await say('found')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  t.pass('and once it is back, all goes on')
})

t.test('a user without a name is refused with a message', async (t) => {
  const url = await start(t)
  const response = await fetch(`${url}/rooms/engines`)
  t.equal(response.status, 404, 'a room is no page')

  const socket = new (await import('ws')).WebSocket(`${url.replace('http', 'ws')}/rooms/engines`)
  const [, refusal] = await once(socket, 'unexpected-response')
  t.equal(refusal.statusCode, 400)
  refusal.resume()
})
