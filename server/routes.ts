// Every URL, in the order in which people meet them.
import express, { Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import * as accounts from './controllers/accounts';
import * as approvals from './controllers/approvals';
import * as artworkChoices from './controllers/artwork-choices';
import * as billings from './controllers/billings';
import * as boards from './controllers/boards';
import * as books from './controllers/books';
import * as catalogueProducts from './controllers/catalogue-products';
import * as changeAnswers from './controllers/change-answers';
import * as changeRequests from './controllers/change-requests';
import * as checkouts from './controllers/checkouts';
import * as comparisons from './controllers/comparisons';
import * as counterCalls from './controllers/counter-calls';
import * as counterPayments from './controllers/counter-payments';
import * as counterSessions from './controllers/counter-sessions';
import * as counters from './controllers/counters';
import * as disputes from './controllers/disputes';
import * as drafts from './controllers/drafts';
import * as drawers from './controllers/drawers';
import * as evidence from './controllers/evidence';
import * as handovers from './controllers/handovers';
import * as health from './controllers/health';
import * as histories from './controllers/histories';
import * as home from './controllers/home';
import * as intakes from './controllers/intakes';
import * as jobHolds from './controllers/job-holds';
import * as letters from './controllers/letters';
import * as links from './controllers/links';
import * as orderChanges from './controllers/order-changes';
import * as orderLinks from './controllers/order-links';
import * as orders from './controllers/orders';
import * as ownerPayments from './controllers/owner-payments';
import * as owners from './controllers/owners';
import * as packs from './controllers/packs';
import * as pairings from './controllers/pairings';
import * as papers from './controllers/papers';
import * as parkedTasks from './controllers/parked-tasks';
import * as passwords from './controllers/passwords';
import * as personalData from './controllers/personal-data';
import * as photos from './controllers/photos';
import * as pressFiles from './controllers/press-files';
import * as printChecks from './controllers/print-checks';
import * as productionSteps from './controllers/production-steps';
import * as products from './controllers/products';
import * as proofs from './controllers/proofs';
import * as queues from './controllers/queues';
import * as recordedApprovals from './controllers/recorded-approvals';
import * as refunds from './controllers/refunds';
import * as revisions from './controllers/revisions';
import * as sessions from './controllers/sessions';
import * as settings from './controllers/settings';
import * as staffArtworks from './controllers/staff-artworks';
import * as staffCancellations from './controllers/staff-cancellations';
import * as staffComparisons from './controllers/staff-comparisons';
import * as staffMembers from './controllers/staff-members';
import * as staffOrders from './controllers/staff-orders';
import * as staffProofs from './controllers/staff-proofs';
import * as stuckPayments from './controllers/stuck-payments';
import * as tablets from './controllers/tablets';
import * as taxations from './controllers/taxations';
import * as tickets from './controllers/tickets';
import * as today from './controllers/today';
import * as verifications from './controllers/verifications';
import * as webhooks from './controllers/webhooks';
import * as withdrawals from './controllers/withdrawals';
import { measureUpload } from './middleware/measure';
import { page } from './middleware/page';
import { atCounter, byLink, byTablet, inState } from './middleware/room';
import { sameOrigin } from './middleware/same-origin';
import { roleOnly, staffOnly } from './middleware/staff';
import { upload, uploadPhoto } from './middleware/upload';
import { foldEmail } from './models/staff';

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
  routes.get('/proof/:version/compare', comparisons.show);
  routes.get('/proof/:version/compare/:page/:kind.webp', comparisons.image);
  routes.post('/proof/:version/approval', approvals.create);
  routes.get('/proof/:version/changes', changeRequests.form);
  routes.post('/proof/:version/changes', limited(UPLOADS), upload('artwork'), changeRequests.create);
  return routes;
}

function draftRoutes(): Router {
  const routes = Router({ mergeParams: true });
  routes.use(byLink, inState('draft'));
  routes.get('/product', drafts.showProduct);
  routes.post('/product', drafts.updateProduct);
  routes.get('/artwork', drafts.showArtwork);
  routes.get('/artwork/check.json', drafts.checkStatus);
  routes.post('/artwork/choices', artworkChoices.create);
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
  routes.post('/artwork/choices', artworkChoices.create);
  routes.post('/artwork', limited(UPLOADS), upload('artwork'), drafts.createArtwork);
  routes.use(proofRoutes());
  routes.get('/proof/:version/proof.pdf', proofs.pdf);
  routes.post('/proof/:version/code', limited(GUESSES), proofs.sendCode);
  routes.get('/approved', approvals.show);
  routes.get('/stop', approvals.confirmStop);
  routes.post('/stop', approvals.destroy);
  routes.get('/record.pdf', papers.record);
  routes.get('/receipt.pdf', papers.receipt);
  routes.get('/invoices/:number.pdf', papers.invoice);
  routes.get('/billing', billings.form);
  routes.post('/billing', billings.create);
  routes.get('/cancellation', orders.confirmCancellation);
  routes.post('/cancellation', orders.cancel);
  return routes;
}

/** The counter tablet shows the one order that staff opened on it, and has no rights of its own. */
function kioskRoutes(): Router {
  const routes = Router();
  routes.get('/pair', pairings.show, limited(GUESSES), pairings.create);
  routes.get('/pair/status.json', pairings.status);
  routes.use(byTablet);
  routes.get('/', counters.attract);
  routes.get('/state.json', counters.state);
  routes.post('/language', counters.open);
  routes.use('/s', atCounter, counters.frame);
  routes.get('/s', counters.show);
  routes.use('/s/proof', counters.onlyCurrent);
  routes.use('/s', proofRoutes());
  routes.get('/s/wait', counters.wait);
  routes.get('/s/done', counters.done);
  routes.get('/s/changes-sent', counters.changesSent);
  routes.post('/s/call', counterCalls.create);
  routes.post('/s/finish', counters.end('done'));
  routes.post('/s/idle', counters.end('idle'));
  routes.use(counters.backToStart);
  return routes;
}

/** Wrong passwords for one account within a quarter of an hour, wherever they come from. */
export const WRONG_PASSWORDS = 10;

const accountLimited = () =>
  rateLimit({
    windowMs: 15 * MINUTE_MS,
    limit: WRONG_PASSWORDS,
    keyGenerator: (req) => foldEmail(String(req.body?.email ?? '')),
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, _res, next) => next(Object.assign(new Error('Too many tries'), { status: 429 })),
  });

function staffRoutes(): Router {
  const routes = Router();
  routes.get('/login', sessions.form);
  routes.post('/login', limited(GUESSES), accountLimited(), sessions.create);
  routes.post('/logout', sessions.destroy);
  routes.use(staffOnly);
  routes.get('/password', passwords.form);
  routes.post('/password', limited(GUESSES), passwords.update);
  routes.get('/', today.show);
  routes.get('/board', boards.show);
  routes.get('/queue', queues.index);
  routes.get('/search', queues.search);
  routes.get('/letters', letters.index);
  routes.get('/letters/:letter', letters.show);
  routes.get('/letters/:letter/letter.html', letters.html);
  routes.get('/payments', stuckPayments.index);
  routes.get('/parked', parkedTasks.index);
  routes.post('/parked/:task/retry', roleOnly('owner'), parkedTasks.update);
  routes.get('/orders/new', intakes.form);
  routes.post('/orders/new', upload('artwork'), intakes.create);
  routes.get('/orders/:ref', staffOrders.show);
  routes.get('/orders/:ref/artworks/:artwork', staffArtworks.show);
  routes.post('/orders/:ref/artworks', upload('artwork'), staffArtworks.create);
  routes.post('/orders/:ref/artwork-choices', artworkChoices.createForCustomer);
  routes.get('/orders/:ref/proof/:version/pages/:page/:kind.webp', staffProofs.image);
  routes.get('/orders/:ref/proof/:version/compare', staffComparisons.show);
  routes.get('/orders/:ref/proof/:version/compare/:page/:kind.webp', staffComparisons.image);
  routes.get('/orders/:ref/proof/:version/proof.pdf', staffProofs.pdf);
  routes.get('/orders/:ref/press-file.pdf', pressFiles.show);
  routes.get('/orders/:ref/press-sheet.pdf', pressFiles.sheet);
  routes.get('/orders/:ref/record.pdf', staffProofs.record);
  routes.get('/orders/:ref/receipt.pdf', staffProofs.receipt);
  routes.get('/orders/:ref/invoices/:number.pdf', staffProofs.invoice);
  routes.get('/orders/:ref/billing', billings.staffForm);
  routes.post('/orders/:ref/billing', billings.staffCreate);
  routes.post('/orders/:ref/points/:point/answer', changeAnswers.create);
  routes.post('/orders/:ref/revisions', upload('artwork'), revisions.create);
  routes.post('/orders/:ref/payments', counterPayments.create);
  routes.post('/orders/:ref/settlement', counterPayments.settle);
  routes.post('/orders/:ref/refunds', refunds.create);
  routes.post('/orders/:ref/refunds/:refund/resolution', refunds.resolve);
  routes.post('/orders/:ref/charge/stop', stuckPayments.stopCharge);
  routes.post('/orders/:ref/warnings/:warning/answer', stuckPayments.answerWarning);
  routes.post('/orders/:ref/job-hold/lift', roleOnly('owner'), jobHolds.lift);
  routes.get('/orders/:ref/recorded-approval', recordedApprovals.form);
  routes.post('/orders/:ref/recorded-approval', upload('attachment'), recordedApprovals.create);
  routes.get('/orders/:ref/recorded-approvals/:approval/attachment', recordedApprovals.attachment);
  routes.get('/orders/:ref/change', orderChanges.showJob);
  routes.post('/orders/:ref/change', upload('artwork'), orderChanges.updateJob);
  routes.get('/orders/:ref/price', orderChanges.showPrice);
  routes.post('/orders/:ref/price', orderChanges.addLine);
  routes.post('/orders/:ref/price/:line/removal', orderChanges.removeLine);
  routes.post('/orders/:ref/withdrawal', withdrawals.create);
  routes.post('/orders/:ref/cancellation', staffCancellations.create);
  routes.post('/orders/:ref/link', orderLinks.create);
  routes.post('/orders/:ref/steps', productionSteps.create);
  routes.post('/orders/:ref/tablet', counterSessions.create);
  routes.get('/orders/:ref/ticket', tickets.show);
  routes.get('/orders/:ref/check', printChecks.show);
  routes.get('/orders/:ref/check/status.json', printChecks.status);
  routes.post('/orders/:ref/check', printChecks.create);
  routes.post('/orders/:ref/photos', uploadPhoto('photo'), photos.create);
  routes.get('/orders/:ref/photos/:photo/photo.webp', photos.show);
  routes.get('/orders/:ref/photos/:photo/original', photos.original);
  routes.get('/orders/:ref/handover', handovers.show);
  routes.post('/orders/:ref/handover', uploadPhoto('photo'), handovers.create);
  routes.get('/drawer', drawers.show);
  routes.post('/drawer/counts', drawers.count);
  routes.post('/drawer/movements', drawers.move);
  routes.get('/tablets', tablets.index);
  routes.post('/tablets', tablets.create);
  routes.post('/tablets/:id/order', counterSessions.create);
  routes.post('/tablets/:id/recall', counterSessions.destroy);
  routes.post('/tablets/:id/answer', counterCalls.update);
  routes.post('/tablets/:id/forget', tablets.destroy);
  return routes;
}

function ownerRoutes(): Router {
  const routes = Router();
  routes.use(staffOnly, roleOnly('owner'));
  routes.get('/', owners.show);
  routes.get('/staff', staffMembers.index);
  routes.post('/staff', staffMembers.create);
  routes.post('/staff/:person/deactivation', staffMembers.deactivate);
  routes.post('/staff/:person/activation', staffMembers.activate);
  routes.post('/staff/:person/password', staffMembers.updatePassword);
  routes.get('/payments', ownerPayments.show);
  routes.post('/payments', ownerPayments.update);
  routes.post('/payments/sweep', ownerPayments.sweepNow);
  routes.get('/disputes', disputes.index);
  routes.get('/disputes/:dispute', disputes.show);
  routes.get('/disputes/:dispute/files/:field', disputes.file);
  routes.post('/disputes/:dispute/evidence', disputes.stage);
  routes.post('/disputes/:dispute/texts', disputes.updateTexts);
  routes.post('/disputes/:dispute/submission', disputes.submit);
  routes.post('/disputes/:dispute/acceptance', disputes.accept);
  routes.get('/shop', settings.show);
  routes.post('/shop', settings.update);
  routes.get('/accounts', accounts.index);
  routes.post('/accounts', accounts.create);
  routes.post('/accounts/:terms/revocation', accounts.destroy);
  routes.get('/taxes', taxations.show);
  routes.post('/taxes', taxations.update);
  routes.get('/books', books.show);
  routes.get('/books/:table.csv', books.download);
  routes.get('/products', catalogueProducts.index);
  routes.post('/products', catalogueProducts.create);
  routes.get('/products/new', catalogueProducts.newForm);
  routes.get('/products/:product', catalogueProducts.form);
  routes.post('/products/:product', catalogueProducts.update);
  routes.post('/products/:product/retirement', catalogueProducts.retire);
  routes.post('/products/:product/return', catalogueProducts.putBack);
  routes.get('/packs/:ref', packs.index);
  routes.post('/packs/:ref', packs.create);
  routes.get('/packs/:ref/status.json', packs.status);
  routes.get('/packs/:ref/:pack/download', packs.show);
  routes.get('/evidence', evidence.show);
  routes.post('/evidence/retention', evidence.updateRetention);
  routes.get('/evidence/anchors/:day.txt', evidence.anchorFile);
  routes.get('/orders/:ref/personal-data', personalData.show);
  routes.post('/orders/:ref/hold', personalData.hold);
  routes.post('/orders/:ref/hold/lift', personalData.liftHold);
  routes.post('/orders/:ref/erasure', personalData.erase);
  routes.get('/audit/:ref', histories.show);
  routes.get('/audit/:ref/events.json', histories.exportJson);
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
  all.get('/verify', verifications.form);
  all.post('/verify', limited(UPLOADS), measureUpload('paper'), verifications.create);
  all.get('/verify/:code', limited(GUESSES), verifications.show);
  all.use('/kiosk', kioskRoutes());
  all.use('/staff', staffRoutes());
  all.use('/owner', ownerRoutes());
  all.get('/s/:code', staffOnly, tickets.scan);
  return all;
}
