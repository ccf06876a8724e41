import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Watch } from '../../../lib/interop/proxy/watch.ts'
import { eventually } from '../../support/sockets.ts'

t.test('calls onLate once, with the timeout', async (t) => {
  const late: number[] = []
  const watch = new Watch()
  watch.start(10, (ms) => late.push(ms))
  await eventually(() => late.length > 0, 'the time')
  await sleep(30)

  t.same(late, [10])
})

t.test('the timeout may be changed, and removed', async (t) => {
  const late: string[] = []
  const watch = new Watch()
  watch.start(10, () => late.push('first'))
  watch.start(0, () => late.push('never'))
  watch.refresh()
  await sleep(30)
  watch.start(10, () => late.push('stopped'))
  watch.stop()
  await sleep(30)

  t.same(late, [])
})

t.test('the timer is paused while waiting for the client', async (t) => {
  const late: number[] = []
  const watch = new Watch()
  watch.start(10, (ms) => late.push(ms))
  t.equal(await watch.hold(sleep(50, 'value')), 'value')
  t.same(late, [])
  await t.rejects(watch.hold(Promise.reject(new Error('left'))), { message: 'left' })

  await eventually(() => late.length > 0, 'the time, which goes on then')
})
