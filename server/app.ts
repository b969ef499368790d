// Assembles Express; never listens.
import { join } from 'node:path';
import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Config } from './config';
import { errorPages, notFound } from './middleware/error-pages';
import { PUBLIC } from './middleware/page';
import type { Portal } from './portal';
import { routes } from './routes';
import { VIEWS } from './words';

const YEAR = '365d';

const cardPages = ({ payments }: Config): string[] =>
  payments.api_base ? [new URL(payments.api_base).origin] : [];

export function createApp(portal: Portal): Express {
  const { config } = portal;
  const app = express();
  app.locals.portal = portal;
  app.set('views', VIEWS);
  app.set('view engine', 'ejs');
  app.set('view cache', config.environment !== 'development');
  app.set('trust proxy', config.trust_proxy);
  app.set('query parser', 'extended');
  app.disable('x-powered-by');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:', 'blob:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          manifestSrc: ["'self'"],
          // The card page is reached by a redirect after a form.
          formAction: ["'self'", 'https://checkout.stripe.com', ...cardPages(config)],
          baseUri: ["'none'"],
          objectSrc: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: config.base_url.startsWith('https:')
        ? { maxAge: 31_536_000, includeSubDomains: false }
        : false,
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      referrerPolicy: { policy: 'same-origin' },
    }),
  );
  // Pages hold private links and what a reader typed; only files that are the same for everybody are compressed.
  app.use('/assets', compression());
  const kept = { maxAge: YEAR, immutable: true, index: false } as const;
  for (const folder of ['styles', 'fonts'])
    app.use(`/assets/${folder}`, express.static(join(VIEWS, folder), kept));
  for (const folder of ['scripts', 'vendor'])
    app.use(`/assets/${folder}`, express.static(join(PUBLIC, folder), kept));
  for (const file of ['icons.svg', 'products.svg', 'favicon.svg']) {
    app.get(`/assets/${file}`, (_req, res) =>
      res.sendFile(join(VIEWS, file), { maxAge: YEAR, immutable: true }),
    );
  }
  app.get('/favicon.ico', (_req, res) => res.redirect(301, '/assets/favicon.svg'));
  app.use(routes());
  app.use(notFound);
  app.use(errorPages);
  return app;
}
