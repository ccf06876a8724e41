import { HTMLResponse, HTTPException, RedirectResponse, Route } from 'stellula'

export const contactRoutes = [
  Route('/contact', {
    get: () =>
      new HTMLResponse(
        '<!doctype html><title>Contact</title><form method="post"><input name="text">',
      ),
    post: async (request) => {
      const form = await request.form()
      if (!form.text('text')) throw new HTTPException(422, 'Write something.')
      return new RedirectResponse('/contact/thanks', { status: 303 })
    },
  }),
  Route(
    '/contact/thanks',
    () => new HTMLResponse('<!doctype html><title>Thanks</title><p>Thank you.'),
  ),
] as const
