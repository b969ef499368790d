import type { Knex } from 'knex';

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('change_points', (table) => {
    table.text('id').primary();
    table.text('change_request_id').notNullable().references('change_requests.id');
    table.integer('number').notNullable();
    table.integer('page').notNullable();
    table.float('x', 12, 8).nullable();
    table.float('y', 12, 8).nullable();
    table.text('reason').notNullable().checkIn(['text', 'picture', 'colour', 'cut', 'other']);
    table.text('text').notNullable();
    table.unique(['change_request_id', 'number']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('change_points');
}
