from .programme import Programme as Programme
from .read import read_programme as read_programme
