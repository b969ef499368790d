import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('known_devices', (table) => {
    table.text('order_id').notNullable().references('orders.id');
    table.text('device_sha256').notNullable();
    table.text('known_because').notNullable().checkIn(['ordered_here', 'code']);
    table.text('known_since').notNullable();
    table.primary(['order_id', 'device_sha256']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('known_devices');
}
