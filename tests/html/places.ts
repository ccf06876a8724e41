import t from 'tap'
import { placesOf } from '../../lib/html/places.ts'

const TAG = 'in a tag and outside of quotes'

/** The places of the values in a template, where `$` stands for one. */
function places(template: string): unknown[] {
  return placesOf(template.split('$')).slice(0, -1)
}

t.test('text is accepted between tags and in quotes, where escaping is enough', async (t) => {
  const templates = [
    '$',
    'a$b',
    '<p>$</p>$',
    '<p class="$">$',
    "<p class='$'>",
    '<p class = "a $ b" title="$">',
    '<p title="it\'s > $">',
    "<p title='\"$'>",
    '1 < 2 $',
    'a < $b',
    'a=$',
    '<!-- <p $ -- $ -->$',
    '<!-- " -->$',
    '<title>$</title><textarea>$</textarea>',
    '<br/>$',
    '<p\ntitle="$"\n>$',
    '<script></script>$',
    '<script src="$"></script>$',
    '<style>p{}</style >$',
    '<a style="width: $px">',
    '<a href="?once=$" data-on="$">',
    '</p>$',
    '<a b="" c="$">',
    '<!doctype html>$',
  ]
  for (const template of templates) {
    const found = places(template)
    t.same(found, Array(found.length).fill(undefined), template)
    t.ok(found.length > 0)
  }
})

t.test('text is refused everywhere else', async (t) => {
  const templates: [string, unknown[]][] = [
    ['<p class=$>', [TAG]],
    ['<p class=a$>$', [TAG, undefined]],
    ['<p $="a">', [TAG]],
    ['<p $>', [TAG]],
    ['<p a="b" $>', [TAG]],
    ['<p$>', [TAG]],
    ['<$>$</$>$', [TAG, undefined, TAG, undefined]],
    ['<h$ class="$">', [TAG, undefined]],
    ['a<$', [TAG]],
    ['<P CLASS=$>', [TAG]],
    ['<script>$</script>$', ['in <script>', undefined]],
    ['<SCRIPT type="a">"$"</p>$', ['in <script>', 'in <script>']],
    ['<script><!-- $', ['in <script>']],
    ['<style>$</style>', ['in <style>']],
    ['<svg><style>$', ['in <style>']],
    ['<b onclick="$">', ['in the attribute onclick']],
    ["<b a='b' ONLOAD = '$' c=\"$\">", ['in the attribute ONLOAD', undefined]],
    ['<b/onclick="$">', ['in the attribute onclick']],
    ['<iframe srcdoc="$">$', ['in the attribute srcdoc', undefined]],
    ['<b onclick="a($, $)">$', [...Array(2).fill('in the attribute onclick'), undefined]],
  ]
  for (const [template, wanted] of templates) t.same(places(template), wanted, template)
})

t.test('a template is checked once', async (t) => {
  const strings = ['<p>', '</p>']
  t.equal(placesOf(strings), placesOf(strings))
})
