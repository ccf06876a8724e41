import t from 'tap'
import { isRead, isSafe, METHODS } from '../../lib/http/methods.ts'

t.test('GET and HEAD read a resource', async (t) => {
  t.same(METHODS.filter(isRead), ['GET', 'HEAD'])
})

t.test('RFC 9110 section 9.2.1: four methods are safe', async (t) => {
  t.same(METHODS.filter(isSafe), ['GET', 'HEAD', 'OPTIONS', 'TRACE'])
})

t.test('methods are case-sensitive, and unknown ones are not safe', async (t) => {
  for (const method of ['get', 'Head', 'options', 'QUERY', '', 'PROPFIND']) {
    t.same([isRead(method), isSafe(method)], [false, false], method)
  }
})
