import { MAX_ITEMS, readBack } from '../../proofs/read-back';

const found = (text: string) => readBack(text).map(({ kind, text: words }) => `${kind}: ${words}`);

test('the card of a French florist', () => {
  expect(
    found(
      [
        'Zoé Lefèvre-Škvor',
        'Fleuriste, patronne, première levée',
        '12, rue des Tanneurs',
        '69001 Lyon',
        '01 99 00 47 12',
        'bonjour@atelier-mimosa.example',
        'Du mardi au samedi, de 7 h à 19 h',
      ].join('\n'),
    ),
  ).toEqual([
    'name: Zoé Lefèvre-Škvor',
    'phone: 01 99 00 47 12',
    'email: bonjour@atelier-mimosa.example',
    'time: 7 h',
    'time: 19 h',
  ]);
});

test.each([
  ['01 99 00 47 12'],
  ['06.12.34.56.78'],
  ['+33 (0)4 72 00 48 12'],
  ['0033 4 72 00 48 12'],
  ['+44 20 7946 0958'],
  ['020 7946 0958'],
  ['(555) 123-4567'],
  ['555-123-4567'],
])('the telephone number %s', (number) => {
  expect(found(`Call us: ${number}.`)).toEqual([`phone: ${number}`]);
});

test.each([
  ['27/11/2026'],
  ['27.11.26'],
  ['11/27/2026'],
  ['2026-11-27'],
  ['27 novembre 2026'],
  ['vendredi 27 novembre'],
  ['1er mai 2026'],
  ['27th of November 2026'],
  ['Friday 27 November'],
  ['November 27, 2026'],
])('the date %s', (date) => {
  expect(found(`→ ${date}`)).toEqual([`date: ${date}`]);
});

test.each([['12,50 €'], ['€12.50'], ['1 250,00 €'], ['£9.99'], ['$1,250.00'], ['15 euros'], ['90 CHF']])(
  'the price %s',
  (price) => {
    expect(found(`menu ${price} TTC`)).toEqual([`price: ${price}`]);
  },
);

test.each([
  ['https://www.lilas.example/cartes?a=1'],
  ['www.lilas.example'],
  ['lilas.fr'],
  ['atelier-mimosa.co.uk/menu'],
])('the address %s', (url) => {
  expect(found(`see ${url}.`)).toEqual([`url: ${url}`]);
});

test.each([['18h30'], ['18 h'], ['18:30'], ['6:30 pm'], ['9 am']])('the time %s', (time) => {
  expect(found(`dès ${time}`)).toEqual([`time: ${time}`]);
});

test.each([
  ['Marie Lefèvre'],
  ['DUPONT Jean'],
  ['Jean-Paul de La Fontaine'],
  ['Dr. Amélie d’Arcy'],
  ['M. Durand'],
])('the name %s', (name) => {
  expect(found(`${name}, fleuriste`)).toEqual([`name: ${name}`]);
});

test.each([
  ['SIRET 123 456 789 00012'],
  ['FR76 3000 6000 0112 3456 7890 189'],
  ['TVA FR 12 345678901'],
  ['69003 Lyon'],
  ['Les Fleurs du Matin'],
  ['12, rue des Tanneurs'],
  ['Open every day'],
  ['1234567890123'],
  ['99/99/2026'],
  ['format 85 × 55 mm'],
])('%s is none of them', (words) => {
  expect(found(words)).toEqual([]);
});

test('each thing is named once, in the order of the page', () => {
  expect(found('lilas.fr\n01 99 00 47 12\nLILAS.FR – 01 99 00 47 12')).toEqual([
    'url: lilas.fr',
    'phone: 01 99 00 47 12',
  ]);
});

test('a hostile text costs milliseconds and gives a list of bounded length', () => {
  const hostile = ['a.'.repeat(5_000), '0'.repeat(10_000), '@'.repeat(9_000), `${'1 '.repeat(9_000)}€`].join(
    '\n',
  );
  const many = Array.from({ length: 500 }, (_, index) => `${index},50 €`).join('\n');
  const start = performance.now();
  expect(readBack(`${hostile}\n${many}`).length).toBeLessThanOrEqual(MAX_ITEMS);
  expect(performance.now() - start).toBeLessThan(1_000);
});
