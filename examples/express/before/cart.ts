import express, { Router } from 'express'
import type { Product, Products } from '../products.ts'

declare module 'express-session' {
  interface SessionData {
    cart: Product[]
  }
}

export function cartRouter(products: Products): Router {
  const router = Router()
  router.get('/', ({ session: { cart = [] } }, response) => {
    response.json({ items: cart, total: cart.reduce((sum, { price }) => sum + price, 0) })
  })
  router.post('/', express.json(), ({ body, session }, response) => {
    const product = products.take(Number(body?.id))
    session.cart = [...(session.cart ?? []), product]
    response.status(201).json(product)
  })
  router.delete('/', ({ session }, response) => {
    session.cart = []
    response.status(204).end()
  })
  return router
}
