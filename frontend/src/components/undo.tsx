import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';

const SECONDS = 6;

/** Says that something is about to be done, and does it unless it is taken back in time. */
export function undoable(what: string, act: () => void, takeBack: () => void): void {
  let open = true;
  const id = notifications.show({
    autoClose: SECONDS * 1000,
    withCloseButton: false,
    message: (
      <Group justify="space-between" wrap="nowrap">
        {what}
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            open = false;
            takeBack();
            notifications.hide(id);
          }}
        >
          Undo
        </Button>
      </Group>
    ),
    onClose: () => {
      if (open) act();
      open = false;
    },
  });
}

export function failed(error: Error): void {
  notifications.show({ color: 'red', title: 'That did not work', message: error.message });
}

export function done(message: string): void {
  notifications.show({ color: 'green', message });
}
