// Every URL, in the order in which people meet them.
import express, { Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import * as approvals from './controllers/approvals';
import * as changeRequests from './controllers/change-requests';
import * as checkouts from './controllers/checkouts';
import * as drafts from './controllers/drafts';
import * as health from './controllers/health';
import * as home from './controllers/home';
import * as links from './controllers/links';
import * as orders from './controllers/orders';
import * as papers from './controllers/papers';
import * as products from './controllers/products';
import * as proofs from './controllers/proofs';
import * as webhooks from './controllers/webhooks';
import { page } from './middleware/page';
import { byLink, inState } from './middleware/room';
import { sameOrigin } from './middleware/same-origin';
import { upload } from './middleware/upload';

const MINUTE_MS = 60_000;
/** Tries from one address within a quarter of an hour: passwords, codes, lost links. */
export const GUESSES = 30;
/** Files that one address may send within a quarter of an hour. */
export const UPLOADS = 60;
const FORM_LIMIT = '600kb';

const limited = (limit: number) =>
  rateLimit({
    windowMs: 15 * MINUTE_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, _res, next) => next(Object.assign(new Error('Too many tries'), { status: 429 })),
  });

/** Pages of one proof, the same online and on the counter tablet. */
function proofRoutes(): Router {
  const routes = Router({ mergeParams: true });
  routes.get('/proof/:version', proofs.show);
  routes.get('/proof/:version/pages/:page/:kind.webp', proofs.image);
  routes.post('/proof/:version/pages/:page/seen', proofs.seePage);
  routes.post('/proof/:version/approval', approvals.create);
  routes.get('/proof/:version/changes', changeRequests.form);
  routes.post('/proof/:version/changes', upload('artwork'), changeRequests.create);
  return routes;
}

function draftRoutes(): Router {
  const routes = Router({ mergeParams: true });
  routes.use(byLink, inState('draft'));
  routes.get('/product', drafts.showProduct);
  routes.post('/product', drafts.updateProduct);
  routes.get('/artwork', drafts.showArtwork);
  routes.get('/artwork/check.json', drafts.checkStatus);
  routes.post('/artwork', limited(UPLOADS), upload('artwork'), drafts.createArtwork);
  routes.get('/details', drafts.showDetails);
  routes.post('/details', drafts.updateDetails);
  routes.get('/check', drafts.showCheck);
  routes.post('/check', drafts.place);
  routes.post('/cancellation', drafts.destroy);
  return routes;
}

function orderRoutes(): Router {
  const routes = Router({ mergeParams: true });
  routes.use(byLink, inState('placed'));
  routes.get('/', orders.show);
  routes.get('/pay', checkouts.show);
  routes.post('/pay', checkouts.create);
  routes.post('/pay/at-counter', checkouts.payAtCounter);
  routes.get('/return', checkouts.comeBack);
  routes.get('/preparing', orders.preparing);
  routes.get('/status.json', orders.status);
  routes.get('/artwork', drafts.showArtwork);
  routes.post('/artwork', limited(UPLOADS), upload('artwork'), drafts.createArtwork);
  routes.use(proofRoutes());
  routes.get('/proof/:version/proof.pdf', proofs.pdf);
  routes.post('/proof/:version/code', limited(GUESSES), proofs.sendCode);
  routes.get('/approved', approvals.show);
  routes.get('/stop', approvals.confirmStop);
  routes.post('/stop', approvals.destroy);
  routes.get('/record.pdf', papers.record);
  routes.get('/receipt.pdf', papers.receipt);
  routes.get('/cancellation', orders.confirmCancellation);
  routes.post('/cancellation', orders.cancel);
  return routes;
}

export function routes(): Router {
  const all = Router();
  all.get('/healthz', health.show);
  // Before anything reads the body: Stripe signs its exact bytes.
  all.post('/webhooks/stripe', express.raw({ type: '*/*', limit: FORM_LIMIT }), webhooks.create);

  all.use(page, sameOrigin);
  all.use(express.urlencoded({ extended: true, limit: FORM_LIMIT, parameterLimit: 1_000 }));

  all.get('/', home.show);
  all.get('/legal/:page', home.legal);
  all.get('/order/new', products.index);
  all.get('/order/new/:product', products.form);
  all.post('/order/new/:product', limited(UPLOADS), drafts.create);
  all.get('/products/:product/price.json', products.price);
  all.use('/order/:token', draftRoutes());
  all.use('/o/:token', orderRoutes());
  all.get('/find', links.form);
  all.post('/find', limited(GUESSES), links.create);
  return all;
}
