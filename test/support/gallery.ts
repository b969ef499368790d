// The gallery of every component with sample data, for looking and for the accessibility checks. Never part of the portal.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import { createInstance } from 'i18next';
import { DateTime } from 'luxon';
import { toString as drawQr } from 'qrcode';
import { type Lang, SAMPLE_FOLDER, sampleProof } from './gallery-sample';

const ROOT = existsSync(join(__dirname, '../../views'))
  ? join(__dirname, '../..')
  : join(__dirname, '../../..');
const VIEWS = join(ROOT, 'views');
const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const readWords = (lang: Lang, name: string) =>
  JSON.parse(readFileSync(join(VIEWS, 'locales', lang, `${name}.json`), 'utf8'));

const shop = {
  name: 'Imprimerie des Lilas',
  phone: '+33 4 78 00 00 00',
  email: 'bonjour@imprimerie-lilas.example',
  address_lines: ['3 place de la Croix-Rousse', '69004 Lyon'],
  opening_text: (lang: Lang) =>
    lang === 'fr' ? 'Du lundi au vendredi, de 9:00 à 18:00' : 'Monday to Friday, 9:00 to 18:00',
  next_opening_text: '',
};

const DATE_STYLES: Record<string, string> = {
  day: 'cccc d LLLL',
  short: 'ccc d LLL',
  time: 'HH:mm',
  datetime: 'cccc d LLLL, HH:mm',
};

export async function startGallery(port = 0): Promise<{ url: string; server: Server }> {
  const i18n = createInstance();
  const names = ['common', 'proof', 'viewer'];
  await i18n.init({
    fallbackLng: false,
    supportedLngs: ['en', 'fr'],
    ns: names,
    interpolation: { escapeValue: false },
    resources: Object.fromEntries(
      (['en', 'fr'] as const).map((lang) => [
        lang,
        Object.fromEntries(names.map((name) => [name, readWords(lang, name)])),
      ]),
    ),
  });
  const app = express();
  app.set('views', VIEWS);
  app.set('view engine', 'ejs');
  app.use(express.urlencoded({ extended: true }));
  app.use((request, response, next) => {
    const lang: Lang = request.query.hl === 'fr' ? 'fr' : 'en';
    const otherLang: Lang = lang === 'fr' ? 'en' : 'fr';
    const query = new URLSearchParams(request.query as Record<string, string>);
    query.set('hl', otherLang);
    response.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    Object.assign(response.locals, {
      lang,
      otherLang,
      otherLangUrl: `?${query}`,
      t: i18n.getFixedT(lang),
      shop,
      path: request.path,
      isDemoPayments: request.query.demo === '1',
      counterOnly: false,
      staff: { name: 'Léa', role: 'owner' },
      page_kind: 'customer',
      asset: (path: string) => `/assets/${path}?v=${assetHash(path)}`,
      money: (cents: number, currency: string) =>
        new Intl.NumberFormat(lang === 'fr' ? 'fr-FR' : 'en-IE', { style: 'currency', currency }).format(
          cents / 100,
        ),
      date: (iso: string, style: string) =>
        DateTime.fromISO(iso, { zone: 'Europe/Paris' })
          .setLocale(lang === 'fr' ? 'fr' : 'en-GB')
          .toFormat(DATE_STYLES[style]),
    });
    next();
  });
  app.use('/assets/scripts', express.static(join(ROOT, 'dist/public/scripts')));
  app.get('/assets/vendor/signature_pad.js', (_request, response) => {
    response.sendFile(join(ROOT, 'node_modules/signature_pad/dist/signature_pad.min.js'));
  });
  app.use('/assets', express.static(VIEWS));
  app.use('/sample', express.static(SAMPLE_FOLDER));

  const optionsOf = (request: express.Request) => request.query as Record<string, string | undefined>;
  const langOf = (response: express.Response) => response.locals.lang as Lang;

  app.get('/gallery', async (_request, response) => {
    const qr = await drawQr('https://example.com/o/SAMPLE', { type: 'svg', margin: 0 });
    response.render('gallery/index', { qr });
  });
  for (const name of ['board', 'kiosk', 'ticket', 'tablets']) {
    app.get(`/gallery/${name}`, async (request, response) => {
      await sampleProof(langOf(response), {});
      const qr = await drawQr('https://example.com/s/K7F204', { type: 'svg', margin: 0 });
      response.render(`gallery/${name}`, { qr, variant: request.query.variant ?? '' });
    });
  }
  app.get('/gallery/proof', async (request, response) => {
    response.render('proofs/show', await sampleProof(langOf(response), optionsOf(request)));
  });
  app.get('/gallery/changes', async (request, response) => {
    const { proof, order, kiosk, reasons } = await sampleProof(langOf(response), optionsOf(request));
    response.render('proofs/changes', {
      proof,
      order,
      kiosk,
      reasons,
      max_points: 20,
      round: { number: 1, included: 2, extra_cents: 1200 },
      form: { action: '/gallery/echo', values: { points: [], note: '' }, errors: [] },
      links: { back: '/gallery/proof' },
    });
  });
  app.get('/gallery/record', async (request, response) => {
    const { proof, order, approval } = await sampleProof(langOf(response), optionsOf(request));
    response.render('proofs/record', {
      proof,
      order,
      approval,
      stop_until: '2026-11-24T13:17:00.000Z',
      links: { back: '/o/SAMPLE', record: '/o/SAMPLE/record.pdf', pdf: '/o/SAMPLE/proof/2/proof.pdf' },
    });
  });
  const seen: string[] = [];
  app.post('/gallery/o/SAMPLE/proof/2/pages/:page/seen', (request, response) => {
    seen.push(String(request.params.page));
    if (request.accepts(['html', 'json']) === 'json') response.json({ seen: true });
    else response.redirect(303, '/gallery/proof');
  });
  app.post('/gallery/o/SAMPLE/proof/2/code', (_request, response) => {
    response.json({ sent: true });
  });
  app.post(['/gallery/echo', '/gallery/o/SAMPLE/proof/2/approval'], (request, response) => {
    response.json({ body: request.body, seen });
  });
  return new Promise((resolve) => {
    const server = app.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`,
        server,
      });
    });
  });
}

function assetHash(path: string) {
  const file = join(VIEWS, path);
  if (!existsSync(file)) return '0';
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
}

if (require.main === module) {
  startGallery(Number(process.env.PORT ?? 4780)).then(({ url }) => console.log(`${url}/gallery`));
}
