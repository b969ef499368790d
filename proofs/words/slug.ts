import type { Language, Words } from '../contract';

/** Labels of the sheet around the piece. */
export const slugWords = {
  not_for_print: { en: 'PROOF – NOT FOR PRINT', fr: 'ÉPREUVE – NE PAS IMPRIMER' },
  watermark: { en: 'ÉPREUVE · PROOF', fr: 'ÉPREUVE · PROOF' },
  version: { en: 'Proof', fr: 'Épreuve' },
  page: { en: 'Page', fr: 'Page' },
  order: { en: 'Order', fr: 'Commande' },
  product: { en: 'Product', fr: 'Produit' },
  size: { en: 'Size', fr: 'Format' },
  quantity: { en: 'Quantity', fr: 'Quantité' },
  made: { en: 'Proof made', fr: 'Épreuve du' },
  fixes: { en: 'Done to your file', fr: 'Fait à votre fichier' },
  fingerprint: { en: 'Artwork SHA-256', fr: 'Fichier, SHA-256' },
  press_fingerprint: { en: 'Press file SHA-256', fr: 'Fichier d’impression, SHA-256' },
  both_fingerprints: { en: 'Artwork and press file SHA-256', fr: 'Fichier reçu et imprimé, SHA-256' },
  cut: { en: 'Cut line', fr: 'Trait de coupe' },
  safe: { en: 'Safety line: keep text inside', fr: 'Zone tranquille\u00a0: textes à l’intérieur' },
  bleed: { en: 'Bleed, cut off', fr: 'Fond perdu, coupé' },
  colours: {
    en: 'Colours on screen are indicative.',
    fr: 'Les couleurs à l’écran sont indicatives.',
  },
} satisfies Record<string, Words>;

/** The band over a picture of the comparison. */
export const comparisonWords = {
  en: {
    before: (version: number) => `Version ${version}, replaced – not for print`,
    after: (version: number) => `Version ${version} – proof, not for print`,
    overlay: (from: number, to: number) => `Versions ${from} and ${to}, one over the other – not for print`,
    difference: (from: number, to: number) => `What differs: version ${from} → ${to} – not for print`,
  },
  fr: {
    before: (version: number) => `Version ${version}, remplacée – ne pas imprimer`,
    after: (version: number) => `Version ${version} – épreuve, ne pas imprimer`,
    overlay: (from: number, to: number) => `Versions ${from} et ${to} superposées – ne pas imprimer`,
    difference: (from: number, to: number) =>
      `Ce qui diffère\u00a0: version ${from} → ${to} – ne pas imprimer`,
  },
} satisfies Record<Language, Record<string, (...versions: number[]) => string>>;
