import type { Words } from '../contract';

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
