import express, { type RequestHandler, Router } from 'express'
import type { Products } from '../products.ts'

const onlyStaff: RequestHandler = (request, response, next) => {
  if (request.get('x-api-key') === 'staff') next()
  else response.status(401).json({ error: 'Unauthorized' })
}

export function productRouter(products: Products): Router {
  const router = Router()
  router.get('/', (request, response) => {
    const { q = '' } = request.query
    response.json(products.search(String(q).toLowerCase()))
  })
  router.get('/:id', (request, response) => {
    const product = products.find(Number(request.params.id))
    if (product === undefined) response.status(404).json({ error: 'There is no such product.' })
    else response.json(product)
  })
  router.post('/', onlyStaff, express.json(), (request, response) => {
    const { name, price } = request.body ?? {}
    if (typeof name !== 'string' || name === '' || !Number.isInteger(price) || price < 0) {
      response.status(422).json({ error: 'A product has a name and a price.' })
      return
    }
    const product = products.add(name, price)
    response.status(201).location(`/products/${product.id}`).json(product)
  })
  return router
}
