"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ShoppingBag } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCaption, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import type { OrderView, ProfileView } from "@/domain/profiles/schemas";
import { formatMinute, formatMoney, formatNumber } from "./format";
import { fetchOrders, profileKeys } from "./queries";

const itemsText = (order: OrderView): string =>
  order.items
    .slice(0, 4)
    .map((item) => (item.quantity === 1 ? item.name : `${formatNumber(item.quantity)} × ${item.name}`))
    .join(", ") + (order.items.length > 4 ? ` and ${order.items.length - 4} more` : "");

/** Completed orders with their refunds, and totals per currency. */
export function ProfileOrders({ profile }: { profile: ProfileView }) {
  const query = useInfiniteQuery({
    queryKey: profileKeys.orders(profile.id),
    queryFn: ({ pageParam, signal }) => fetchOrders(profile.id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (query.isPending) return <Skeleton className="h-64" />;
  if (query.error) {
    return (
      <Empty
        icon={ShoppingBag}
        title="Orders could not be read"
        description={query.error.message}
        actions={<Button onClick={() => void query.refetch()}>Try again</Button>}
      />
    );
  }
  const orders = query.data.pages.flatMap((page) => page.orders);
  const totals = query.data.pages[0]?.totals ?? [];
  if (orders.length === 0) {
    return (
      <Empty
        icon={ShoppingBag}
        title="No completed orders"
        description="Orders are read from Order Completed events, refunds from Order Refunded and Order Cancelled."
      />
    );
  }
  return (
    <section aria-label="Orders" className="grid gap-4">
      <dl className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {totals.map((total) => (
          <div key={total.currency ?? "none"} className="rounded-lg border bg-card px-4 py-3">
            <dt className="text-xs text-muted-foreground">
              Net value{totals.length > 1 || total.currency !== null ? ` in ${total.currency ?? "no currency"}` : ""}
            </dt>
            <dd className="text-lg font-semibold tabular-nums">{formatMoney(total.net, total.currency)}</dd>
            <dd className="text-xs text-muted-foreground">
              {formatNumber(total.orders)} {total.orders === 1 ? "order" : "orders"}, {formatMoney(total.gross, total.currency)}
              {Number(total.refunds) === 0 ? "" : ` less ${formatMoney(total.refunds, total.currency)} refunded`}
            </dd>
          </div>
        ))}
      </dl>
      <Table aria-label="Orders" className="min-w-[46rem]">
        <TableCaption className="sr-only">Orders, newest first</TableCaption>
        <TableHeader>
          <TableRow>
            <TableHead>Order</TableHead>
            <TableHead>When (UTC)</TableHead>
            <TableHead>Items</TableHead>
            <TableHead>Source</TableHead>
            <TableHead className="text-right">Value</TableHead>
          </TableRow>
        </TableHeader>
        <TableBody>
          {orders.map((order) => {
            const refunded = Number(order.refunded);
            const whole = order.value !== null && refunded > 0 && refunded >= Number(order.value);
            return (
              <TableRow key={order.id}>
                <TableCell className="font-medium">{order.orderId ?? <span className="text-muted-foreground">no number</span>}</TableCell>
                <TableCell className="whitespace-nowrap text-muted-foreground tabular-nums">
                  <time dateTime={order.occurredAt}>{formatMinute(order.occurredAt)}</time>
                </TableCell>
                <TableCell className="max-w-72">
                  <span className="line-clamp-2">
                    {order.items.length === 0 ? <span className="text-muted-foreground">–</span> : itemsText(order)}
                  </span>
                  {order.coupon === null ? null : <span className="text-xs text-muted-foreground">Coupon {order.coupon}</span>}
                </TableCell>
                <TableCell className="text-muted-foreground">{profile.sources[order.sourceId]?.name ?? order.sourceId}</TableCell>
                <TableCell className="text-right tabular-nums">
                  {refunded > 0 ? (
                    <Badge variant={whole ? "destructive" : "warning"} className="mr-2">
                      {whole ? "Refunded" : `${formatMoney(refunded, order.currency)} refunded`}
                    </Badge>
                  ) : null}
                  <span className="font-medium">{order.value === null ? "–" : formatMoney(order.value, order.currency)}</span>
                </TableCell>
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
      {query.hasNextPage ? (
        <Button
          variant="outline"
          className="justify-self-center"
          pending={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Older orders
        </Button>
      ) : null}
    </section>
  );
}
