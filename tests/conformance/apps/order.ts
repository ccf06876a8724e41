/** The app `order`: middleware that is listed, and middleware that is added later. */
import { Application } from '../../../lib/applications.ts'
import { Route } from '../../../lib/routing.ts'
import { addHeader, excHeaders, excRuntime, text } from './shared.ts'

export const order: Application = Application({
  middleware: [addHeader('x-order', 'listed-1'), addHeader('x-order', 'listed-2')],
  routes: [Route('/', text('order')), Route('/boom', excRuntime), Route('/err', excHeaders)],
})

order.addMiddleware(addHeader('x-order', 'added-1'))
order.addMiddleware(addHeader('x-order', 'added-2'))
