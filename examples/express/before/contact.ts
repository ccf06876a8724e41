import express, { Router } from 'express'

export function contactRouter(): Router {
  const router = Router()
  router.get('/', (_request, response) => {
    response.send('<!doctype html><title>Contact</title><form method="post"><input name="text">')
  })
  router.post('/', express.urlencoded(), ({ body }, response) => {
    if (!body?.text) response.status(422).json({ error: 'Write something.' })
    else response.redirect(303, '/contact/thanks')
  })
  router.get('/thanks', (_request, response) => {
    response.send('<!doctype html><title>Thanks</title><p>Thank you.')
  })
  return router
}
